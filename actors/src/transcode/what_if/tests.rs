//! What is foretold, beside what comes out.

use mediary_schema::profile::{Profile, VideoRule};

use super::{super::tests::Studio, *};

fn rules(name: &str) -> Rules {
    Profile::find_shipped(name).unwrap().rules
}

/// What a film shows that costs an encoder more at one time than at another.
const PICTURES: [&str; 5] = [
    "testsrc2=s=192x108:r=12:d=LENGTH,noise=alls=AMOUNT:allf=t:enable='lt(mod(t\\,17)\\,6)'",
    "life=s=192x108:r=12:mold=AMOUNT:ratio=0.2:death_color=#304060:life_color=#f0f0a0,trim=end=LENGTH",
    "mandelbrot=s=192x108:r=12:end_scale=0.AMOUNT,trim=end=LENGTH",
    "cellauto=s=192x108:r=12:rule=AMOUNT:scroll=1,trim=end=LENGTH",
    "gradients=s=192x108:r=12:d=LENGTH:seed=AMOUNT:speed=0.02,noise=alls=4:allf=t",
];
/// How much a prediction may be off, as a part of what comes out.
const OFF_MAX: f64 = 0.15;

/// Makes clip number so and so; as its source was made at one quality, at one rate, or by another codec.
async fn clip(studio: &Studio, number: usize) -> String {
    let (length, amount) = (60 + number * 7 % 50, 10 + number * 3);
    let pictures = PICTURES[number % PICTURES.len()]
        .replace("LENGTH", &length.to_string())
        .replace("AMOUNT", &amount.to_string());
    let codec = match number % 3 {
        0 => "-c:v libx264 -preset ultrafast -crf 16",
        1 => "-c:v libx264 -preset ultrafast -b:v 400k",
        _ => "-c:v mpeg4 -q:v 4",
    };
    let name = format!("clip{number}.mkv");
    let tone = format!("aevalsrc=0.2*sin(440*2*PI*t)+0.1*random(0):d={length}");
    let sound = if number.is_multiple_of(2) { "-c:a ac3" } else { "-c:a flac" };
    studio
        .run(&format!(
            "-f lavfi -i {pictures} -f lavfi -i {tone} -t {length} -pix_fmt yuv420p {codec} {sound} {name}"
        ))
        .await;
    name
}

/// How large what is made of it is.
async fn made(sampler: &Sampler<'_>, path: &Path, rules: &Rules) -> u64 {
    let file = File::open(path).unwrap();
    let medium = sampler.ffmpeg.describe_opened(&file, sampler.assignment).await.unwrap();
    let Verdict::Made(recipe) = rules.judge(&medium).unwrap() else { panic!("{medium:?}") };
    let (arguments, result) = (Arguments::of(&recipe, &medium), sampler.folder.join("whole"));
    let (before, results) = (Arguments::before(), vec![(arguments.result.as_slice(), result.as_path())]);
    let makings = Makings { source: &file, before: &before, results };
    sampler.ffmpeg.make(makings, sampler.assignment, |_| {}).await.unwrap();
    result.metadata().unwrap().len()
}

// Issue 11, must hold 6: of 20 clips 16; `TEST_ROUNDS=20` is all of them.
#[tokio::test]
async fn what_is_foretold_of_a_clip_is_what_comes_out() {
    let studio = Studio::open();
    let (ffmpeg, assignment) = (studio.ffmpeg(&studio.tools), Studio::assignment());
    let folder = studio.path("");
    let sampler = Sampler { ffmpeg: &ffmpeg, folder: &folder, assignment: &assignment, measure: None };
    let rounds = mediary_tools::rounds(2) as usize;
    let (mut right, mut said) = (0, Vec::new());
    for number in 0..rounds {
        let path = studio.path(&clip(&studio, number).await);
        let name = ["web", "web", "mobile", "web", "archive"][number / 5 % 5];
        let rules = rules(name);
        let Outlook::Made(foretold) = sampler.foresee(&path, &rules).await.unwrap() else {
            panic!("clip {number} is made anew");
        };
        let real = made(&sampler, &path, &rules).await;
        let off = foretold.result_bytes as f64 / real as f64 - 1.0;
        right += usize::from(off.abs() <= OFF_MAX);
        said.push(format!(
            "{number} {name}: {} foretold, {real} made, {:+.1} %",
            foretold.result_bytes,
            off * 100.0
        ));
    }
    let said = said.join("\n");
    println!("{said}");
    assert!(right * 5 >= rounds * 4, "{right} of {rounds} within 15 %:\n{said}");
}

// TR-07: by what ffmpeg here has; less is kept, and it shows.
#[tokio::test]
async fn how_alike_it_would_look_is_measured_also_where_it_is_turned_smaller_or_in_half_pictures() {
    let studio = Studio::open();
    let (ffmpeg, assignment) = (studio.ffmpeg(&studio.tools), Studio::assignment());
    let folder = studio.path("");
    let best = ffmpeg.best_measure(&assignment).await.unwrap();
    assert_eq!(best, Some(Measure::Vmaf), "`ops/test` installs an ffmpeg with libvmaf");
    let source = "-f lavfi -i testsrc2=s=320x180:r=25:d=3 -c:v libx264 -preset ultrafast -crf 5";
    studio.run(&format!("{source} plain.mp4")).await;
    studio.run("-display_rotation 90 -i plain.mp4 -c copy turned.mp4").await;
    studio.run("-i plain.mp4 -vf interlace -flags +ildct+ilme -c:v mpeg2video -b:v 4M fields.mkv").await;
    let web = rules("web");
    let with = |lines_max, crf| {
        let rule = web.video.clone().unwrap();
        Rules { video: Some(VideoRule { lines_max, crf, ..rule }), ..web.clone() }
    };
    for measure in [Measure::Vmaf, Measure::Ssim] {
        let sampler =
            Sampler { ffmpeg: &ffmpeg, folder: &folder, assignment: &assignment, measure: Some(measure) };
        let looks = async |name: &str, rules: &Rules| {
            let outlook = sampler.foresee(&studio.path(name), rules).await.unwrap();
            let Outlook::Made(Prediction { quality: Some(quality), .. }) = outlook else {
                panic!("{outlook:?}")
            };
            assert!(quality.measure == measure && quality.worst <= quality.mean, "{quality:?}");
            f64::from(quality.mean.0) / 10_000.0
        };
        let good = looks("plain.mp4", &with(None, 16)).await;
        let worse = looks("plain.mp4", &with(None, 45)).await;
        let smaller = looks("plain.mp4", &with(Some(60), 16)).await;
        assert!(good > 0.95 && worse < good - 0.05 && smaller < good - 0.02, "{good} {worse} {smaller}");
        // Were a picture turned, late or half, it would be another one.
        for name in ["turned.mp4", "fields.mkv"] {
            let it = looks(name, &with(None, 16)).await;
            assert!(it > 0.9, "{name}: {it}");
        }
    }
}

// Sound that plays on after the last picture says nothing of how pictures look, and is no reason to fail.
#[tokio::test]
async fn where_no_pictures_are_none_are_compared() {
    let studio = Studio::open();
    let (ffmpeg, assignment) = (studio.ffmpeg(&studio.tools), Studio::assignment());
    let folder = studio.path("");
    let (pictures, sound) = ("-f lavfi -i testsrc2=s=160x90:r=10:d=20", "-f lavfi -i sine=d=120");
    studio.run(&format!("{pictures} {sound} -c:v libx264 -preset ultrafast -c:a flac film.mkv")).await;
    let measure = Some(Measure::Ssim);
    let sampler = Sampler { ffmpeg: &ffmpeg, folder: &folder, assignment: &assignment, measure };
    let (path, rules) = (studio.path("film.mkv"), rules("web"));
    let outlook = sampler.foresee(&path, &rules).await.unwrap();
    let Outlook::Made(Prediction { quality: Some(quality), .. }) = &outlook else { panic!("{outlook:?}") };
    assert!(quality.worst > Score(8_000), "{quality:?}");
    let file = File::open(&path).unwrap();
    let medium = ffmpeg.describe_opened(&file, &assignment).await.unwrap();
    let Ok(Verdict::Made(recipe)) = rules.judge(&medium) else { panic!("it is to be made") };
    let same = sampler.compare(&file, &medium, &recipe, &path).await.unwrap();
    assert_eq!(same.map(|quality| quality.worst), Some(Score(10_000)));
}

#[tokio::test]
async fn what_fits_is_refused_or_says_no_length_is_not_sampled() {
    let studio = Studio::open();
    let (ffmpeg, assignment) = (studio.ffmpeg(&studio.tools), Studio::assignment());
    let folder = studio.path("");
    let sampler = Sampler { ffmpeg: &ffmpeg, folder: &folder, assignment: &assignment, measure: None };
    let foresee = async |name: &str, profile: &str| {
        let outlook = sampler.foresee(&studio.path(name), &rules(profile)).await;
        outlook.map_err(|failure| failure.message)
    };
    studio.run("-f lavfi -i testsrc2=s=320x180:r=25:d=2 -c:v libx264 -preset ultrafast film.mkv").await;
    assert_eq!(foresee("film.mkv", "remux").await, Ok(Outlook::Fits));
    let Ok(Outlook::Refused(why)) = foresee("film.mkv", "audio").await else { panic!("it has no sound") };
    assert!(why.contains("keeps nothing"), "{why}");
    studio.run("-i film.mkv -c copy -f h264 raw.h264").await;
    let unknown = foresee("raw.h264", "web").await.unwrap_err();
    assert!(unknown.contains("how long it plays"), "{unknown}");
    std::fs::write(studio.path("text.mkv"), "no film").unwrap();
    assert!(foresee("text.mkv", "web").await.unwrap_err().contains("neither film nor sound"));
}

// TR-07: the most that may be thrown away, and what can't be had at all.
#[tokio::test]
async fn as_much_is_thrown_away_as_looks_alike_enough() {
    let studio = Studio::open();
    let (ffmpeg, assignment) = (studio.ffmpeg(&studio.tools), Studio::assignment());
    let folder = studio.path("");
    studio
        .run("-f lavfi -i testsrc2=s=320x180:r=25:d=3 -c:v libx264 -preset ultrafast -crf 5 film.mp4")
        .await;
    let path = studio.path("film.mp4");
    let file = File::open(&path).unwrap();
    let medium = ffmpeg.describe_opened(&file, &assignment).await.unwrap();
    let recipe = |vmaf_min, lines| {
        let mut rules = rules("web");
        let video = rules.video.as_mut().unwrap();
        (video.vmaf_min, video.lines_max, video.preset) =
            (Some(vmaf_min), Some(lines), "ultrafast".to_owned());
        let Ok(Verdict::Made(recipe)) = rules.judge(&medium) else { panic!("{medium:?}") };
        recipe
    };
    let (whole, small) = (recipe(90, 180), recipe(99, 60));
    for measure in [Measure::Vmaf, Measure::Ssim] {
        let sampler =
            Sampler { ffmpeg: &ffmpeg, folder: &folder, assignment: &assignment, measure: Some(measure) };
        let mean = |samples: &[Sample]| Quality::of(measure, &[samples[0].quality.unwrap()]).unwrap().mean;
        let (found, encoded) = sampler.seek(&file, &medium, &whole).await.unwrap().unwrap();
        assert!(mean(&encoded) >= measure.floor(90), "{encoded:?}");
        let Fate::Video { crf, .. } = found.streams[0].fate else { panic!("{found:?}") };
        let weighed = sampler.weigh(&file, &medium).await.unwrap();
        let further = sampler.samples(&file, &medium, &whole.at(crf + 5), &weighed).await.unwrap();
        assert!(mean(&further) < measure.floor(90), "{crf} was not the most: {further:?}");
        let unlike = sampler.seek(&file, &medium, &small).await.unwrap().unwrap_err();
        assert!(unlike.to_string().contains("looks alike enough"), "{unlike}");
    }
}
