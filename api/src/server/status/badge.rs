//! A badge: a name and how it is, as a picture for pages of others.

use quick_xml::escape::escape;

pub(super) const GREEN: &str = "#2e7d32";
pub(super) const RED: &str = "#c62828";
pub(super) const GREY: &str = "#616161";

/// Characters of a name that are shown.
const NAME_CHARS_MAX: usize = 60;
/// Wide enough for a character of most fonts at 11 px; the text is fitted into what that comes to.
const CHAR_PX: usize = 7;
/// Beside each text.
const SIDE_PX: usize = 7;

/// Draws it, as SVG without scripts and fonts of its own: 20 px high, as wide as its words.
pub(super) fn badge(name: &str, word: &str, colour: &str) -> String {
    let name = shortened(name);
    let width = |text: &str| text.chars().map(columns).sum::<usize>() * CHAR_PX;
    let (name_px, word_px) = (width(&name), width(word));
    let (left, right) = (name_px + 2 * SIDE_PX, word_px + 2 * SIDE_PX);
    let (all, word_at, name) = (left + right, left + SIDE_PX, escape(name.as_str()));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{name}: {word}">
<title>{name}: {word}</title>
<clipPath id="r"><rect width="{all}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3b3f46"/><rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
<text x="{SIDE_PX}" y="14" textLength="{name_px}" lengthAdjust="spacingAndGlyphs">{name}</text>
<text x="{word_at}" y="14" textLength="{word_px}" lengthAdjust="spacingAndGlyphs">{word}</text>
</g>
</svg>
"##
    )
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_CHARS_MAX - 1).chain(['…']).collect()
}

/// How many columns a character takes: those of Chinese, Japanese and Korean take two.
const fn columns(character: char) -> usize {
    match character {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_whatever_is_in_it() {
        let drawn = badge("<script>\"a\" & b</script>", "ok", GREEN);
        assert!(drawn.contains("&lt;script&gt;&quot;a&quot; &amp; b&lt;/script&gt;: ok"), "{drawn}");
        assert!(!drawn.contains("<script"), "{drawn}");
    }

    #[test]
    fn it_is_as_wide_as_its_words() {
        assert!(badge("nas", "ok", GREEN).contains("width=\"63\""), "{}", badge("nas", "ok", GREEN));
        assert!(badge("京都", "ok", GREEN).contains("width=\"70\""), "{}", badge("京都", "ok", GREEN));
        let long = badge(&"a".repeat(200), "ok", GREEN);
        assert!(long.contains('…') && !long.contains(&"a".repeat(NAME_CHARS_MAX)), "{long}");
    }
}
