//! What the first picture of a film says of the display that it was made for.

use mediary_schema::media::Mastering;
use serde::Deserialize;

/// What is asked of the first picture.
pub(super) const LIGHT_ENTRIES: &str = "frame=pts:frame_side_data";

/// What is said of a picture beside it.
#[derive(Deserialize)]
struct Frames {
    #[serde(default)]
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
struct Frame {
    #[serde(default)]
    side_data_list: Vec<Light>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Light {
    side_data_type: String,
    red_x: String,
    red_y: String,
    green_x: String,
    green_y: String,
    blue_x: String,
    blue_y: String,
    white_point_x: String,
    white_point_y: String,
    min_luminance: String,
    max_luminance: String,
    max_content: u32,
    max_average: u32,
}

/// Units of a place of a colour, and of light: how many there are in one.
const PLACE_UNITS: f64 = 50_000.0;
const LIGHT_UNITS: f64 = 10_000.0;

/// What the first picture says of the display that it was made for; none if it says nothing.
pub(super) fn mastering(answer: &str) -> serde_json::Result<Option<Mastering>> {
    let Frames { frames } = serde_json::from_str(answer)?;
    let mut found = Mastering::default();
    for light in frames.iter().flat_map(|frame| &frame.side_data_list) {
        match light.side_data_type.as_str() {
            "Mastering display metadata" => {
                let place = |across, up| Some((units(across, PLACE_UNITS)?, units(up, PLACE_UNITS)?));
                let (red, green) = (place(&light.red_x, &light.red_y), place(&light.green_x, &light.green_y));
                let (blue, white) =
                    (place(&light.blue_x, &light.blue_y), place(&light.white_point_x, &light.white_point_y));
                found.primaries = red
                    .zip(green)
                    .zip(blue.zip(white))
                    .map(|((red, green), (blue, white))| [red, green, blue, white]);
                found.luminance =
                    units(&light.max_luminance, LIGHT_UNITS).zip(units(&light.min_luminance, LIGHT_UNITS));
            }
            "Content light level metadata" => {
                found.content_light = Some((light.max_content, light.max_average));
            }
            _ => {}
        }
    }
    Ok((found != Mastering::default()).then_some(found))
}

/// `34000/50000` in so many units of one.
fn units(text: &str, of_one: f64) -> Option<u32> {
    let (above, below) = text.split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (below > 0.0).then(|| (above / below * of_one).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_says_for_which_display_it_was_made() {
        let said = r#"{"frames": [{"side_data_list": [
            {"side_data_type": "Mastering display metadata", "red_x": "34000/50000", "red_y": "16000/50000",
             "green_x": "13250/50000", "green_y": "34500/50000", "blue_x": "7500/50000", "blue_y": "3000/50000",
             "white_point_x": "15635/50000", "white_point_y": "16450/50000", "min_luminance": "1/10000",
             "max_luminance": "10000000/10000"},
            {"side_data_type": "Content light level metadata", "max_content": 1000, "max_average": 400}]}]}"#;
        let Mastering { primaries, luminance, content_light } = mastering(said).unwrap().unwrap();
        assert_eq!(primaries.unwrap()[1], (13_250, 34_500));
        assert_eq!((luminance, content_light), (Some((10_000_000, 1)), Some((1_000, 400))));
        assert_eq!(mastering(r#"{"frames": [{}]}"#).unwrap(), None);
        assert_eq!(mastering("{}").unwrap(), None);
    }
}
