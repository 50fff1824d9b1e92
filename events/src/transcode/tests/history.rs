use mediary_schema::{
    PlanId,
    media::Hdr,
    profile::{AudioCodec, HdrRule, VideoCodec},
    transcode::{Fate, LeftOut, Measure, Planned, Quality, Recipe, Score, VideoFilter},
};

use super::{
    super::{Event, Transcode},
    profile,
};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    let job_id = samples::JOB;
    let filters = vec![
        VideoFilter::Deinterlace {},
        VideoFilter::ToneMap {},
        VideoFilter::Scale { width: 1920, height: 1080 },
        VideoFilter::Pad { width: 1920, height: 1080 },
    ];
    let video = Fate::Video {
        codec: VideoCodec::H264,
        crf: 21,
        preset: "medium".to_owned(),
        filters,
        pixel_format: "yuv420p".to_owned(),
        hdr: None,
        vmaf_min: None,
    };
    let lit = match video.clone() {
        Fate::Video { codec, crf, preset, filters, .. } => {
            let pixel_format = "yuv420p10le".to_owned();
            let (hdr, vmaf_min) = (Some(Hdr::Hdr10), Some(94));
            Fate::Video { codec, crf, preset, filters, pixel_format, hdr, vmaf_min }
        }
        other => other,
    };
    let audio = Fate::Audio { codec: AudioCodec::Aac, bits_per_second: Some(160_000), channels: 2 };
    let fates = [video, lit, audio, Fate::Subtitle { codec: "mov_text".to_owned() }, Fate::Copy {}];
    let mut made = samples::transcoded();
    let (measure, mean, worst) = (Measure::Vmaf, Score(9_412), Score(9_288));
    made.proof.quality = Some(Quality { measure, mean, worst });
    made.recipe = Recipe {
        streams: (0..).zip(fates).map(|(index, fate)| Planned { index, fate }).collect(),
        beside: vec![5],
        left_out: vec![LeftOut { index: 6, why: "it is data that no player shows".to_owned() }],
        ..made.recipe
    };
    let mut kept = profile("archive");
    if let Some(video) = &mut kept.rules.video {
        video.hdr = HdrRule::Keep;
    }
    kept.rules.keep_audio = vec!["original".to_owned(), "eng".to_owned()];
    let requested = |profile| {
        let (file_id, title) = (samples::file_id(), "On logs".to_owned());
        Event::Requested { job_id, file_id, title, profile: Box::new(profile), replace: false }
    };
    let replacing = |event| match event {
        Event::Requested { job_id, file_id, title, profile, .. } => {
            Event::Requested { job_id, file_id, title, profile, replace: true }
        }
        event => event,
    };
    vec![
        requested(profile("web")),
        replacing(requested(kept)),
        Event::ReplaceRequested { plan_id: PlanId::from_uuid(samples::uuid(6)) },
        Event::Completed { job_id, made: Box::new(samples::transcoded()) },
        Event::Completed { job_id, made: Box::new(made) },
        Event::FoundFit { job_id },
        Event::CameOutLarger { job_id, result_bytes: 1_001, source_bytes: 1_000 },
        Event::Failed { job_id, failure: samples::failure() },
        Event::Cancelled { job_id },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Transcode>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/transcode/history"), &samples());
}
