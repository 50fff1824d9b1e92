use super::*;

/// Ten seconds times so many of a spot that wanders, seen so many tenths of a second later.
fn film(windows: usize, late: i64) -> Vec<u8> {
    let pictures = (windows * WINDOW_S * PICTURES_PER_S) as i64;
    (0..pictures).flat_map(|picture| shades(picture - late)).collect()
}

fn shades(picture: i64) -> [u8; PICTURE_BYTES] {
    // Another place each time, by a step that visits all of them.
    let (across, down) = (picture.rem_euclid(16), (picture * 5 + picture / 16).rem_euclid(16));
    std::array::from_fn(|place| {
        let (column, row) = ((place % SHADES) as i64, (place / SHADES) as i64);
        let far = (column - across).abs() + (row - down).abs();
        (200 - 12 * far).clamp(16, 235) as u8
    })
}

/// Words of a voice: bursts of uneven length, so many hundredths of a second later.
fn voice(windows: usize, late: i64) -> Vec<u8> {
    let moments = (windows * WINDOW_S * LOUDNESS_PER_S) as i64;
    let loud = |moment: i64| {
        let word = (moment - late).div_euclid(17);
        let is_said = word.wrapping_mul(0x9E37_79B9).rem_euclid(7) < 4;
        if is_said { 0.2_f32 } else { 0.02 }
    };
    (0..moments).flat_map(|moment| loud(moment).to_le_bytes()).collect()
}

fn compared(trace: Trace, source: &[u8], result: &[u8]) -> Result<(), Unlike> {
    trace.compare(source, result).unwrap()
}

#[test]
fn what_is_the_same_is_alike_in_any_light_and_at_any_loudness() {
    let (film, voice) = (film(3, 0), voice(3, 0));
    assert_eq!(compared(Trace::Picture, &film, &film), Ok(()));
    let darker: Vec<u8> = film.iter().map(|shade| shade / 2 + 10).collect();
    assert_eq!(compared(Trace::Picture, &film, &darker), Ok(()));
    assert_eq!(compared(Trace::Sound, &voice, &voice), Ok(()));
    let (samples, _) = voice.as_chunks::<4>();
    let softer: Vec<u8> =
        samples.iter().flat_map(|sample| (f32::from_le_bytes(*sample) * 0.5).to_le_bytes()).collect();
    assert_eq!(compared(Trace::Sound, &voice, &softer), Ok(()));
    // What is shorter by a moment is a matter of its packets; what can't be decoded from some moment on has them.
    assert_eq!(compared(Trace::Picture, &film, &film[..film.len() - 3 * PICTURE_BYTES]), Ok(()));
    let cut = &film[..160 * PICTURE_BYTES];
    assert_eq!(compared(Trace::Picture, &film, cut), Err(Unlike::Ends { at_s: 16 }));
    assert_eq!(compared(Trace::Sound, &[], &voice), Err(Unlike::Ends { at_s: 0 }));
    for trace in [Trace::Picture, Trace::Sound] {
        assert_eq!(compared(trace, &[], &[]), Ok(()));
    }
}

#[test]
fn a_still_or_even_one_says_nothing_of_its_moment() {
    let still: Vec<u8> = (0..300).flat_map(|_| shades(3)).collect();
    assert_eq!(compared(Trace::Picture, &still, &still), Ok(()));
    let black = vec![16; 300 * PICTURE_BYTES];
    assert_eq!(compared(Trace::Picture, &black, &black), Ok(()));
    let tone = 0.3_f32.to_le_bytes().repeat(3_000);
    assert_eq!(compared(Trace::Sound, &tone, &tone), Ok(()));
    let silence = 0_f32.to_le_bytes().repeat(3_000);
    assert_eq!(compared(Trace::Sound, &silence, &silence), Ok(()));
    // One cut, seen a moment later by how times are rounded.
    let cut =
        |at: i64| -> Vec<u8> { (0..300).flat_map(|picture| shades(i64::from(picture >= at))).collect() };
    assert_eq!(compared(Trace::Picture, &cut(150), &cut(151)), Ok(()));
}

#[test]
fn what_is_late_stands_still_or_is_another_one_is_noticed() {
    let whole = film(3, 0);
    assert_eq!(compared(Trace::Picture, &whole, &film(3, 1)), Err(Unlike::Late { by_ms: 100 }));
    assert_eq!(compared(Trace::Picture, &whole, &film(3, -2)), Err(Unlike::Late { by_ms: -200 }));
    let voiced = voice(3, 0);
    assert_eq!(compared(Trace::Sound, &voiced, &voice(3, 10)), Err(Unlike::Late { by_ms: 100 }));
    assert_eq!(compared(Trace::Sound, &voiced, &voice(3, -25)), Err(Unlike::Late { by_ms: -250 }));
    assert_eq!(compared(Trace::Sound, &voiced, &voice(3, 4)), Ok(()), "as much as nobody hears");

    let stands: Vec<u8> = (0..300).flat_map(|picture| shades(picture.min(120))).collect();
    assert!(matches!(compared(Trace::Picture, &whole, &stands), Err(Unlike::Frozen { at_s: 12..=13 })));
    let upside_down: Vec<u8> = whole.iter().map(|shade| 255 - shade).collect();
    assert_eq!(compared(Trace::Picture, &whole, &upside_down), Err(Unlike::Picture { at_s: 0 }));
    let silent = 0.000_1_f32.to_le_bytes().repeat(3_000);
    assert_eq!(compared(Trace::Sound, &voiced, &silent), Err(Unlike::Silent { at_s: 0 }));
    // Where nothing is to be seen or heard, something is.
    let black = vec![16; 300 * PICTURE_BYTES];
    assert_eq!(compared(Trace::Picture, &black, &whole), Err(Unlike::Picture { at_s: 0 }));
    assert_eq!(compared(Trace::Sound, &silent, &voiced), Err(Unlike::Sound { at_s: 0 }));
    let mut other = voice(2, 0);
    let words: Vec<u8> = (0..1_000_i64)
        .flat_map(|moment| {
            (if moment.wrapping_mul(moment) % 311 < 120 { 0.2_f32 } else { 0.02 }).to_le_bytes()
        })
        .collect();
    other.extend(words);
    assert_eq!(compared(Trace::Sound, &voiced, &other), Err(Unlike::Sound { at_s: 20 }));
}
