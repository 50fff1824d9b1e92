use proptest::prelude::*;

use super::{
    template::{Naming, PathTemplate, TemplateRefused},
    *,
};

fn source(id: &str) -> ItemSource {
    ItemSource { extractor: "youtube".to_owned(), source_id: id.to_owned(), url: String::new() }
}

#[expect(clippy::unnecessary_wraps, reason = "what a name is made of may lack it")]
fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn each_shape_names_what_is_known_and_does_without_what_is_not() {
    let source = source("x1");
    let known = Naming {
        list: Some("Cats/Dogs"),
        title: Some("Part 1: the end?"),
        source: &source,
        uploader: Some("Ann"),
        published_at: at("2025-11-28T23:59:00Z"),
    };
    let little = Naming { list: None, title: None, uploader: None, published_at: None, ..known };
    for (template, expected, without) in [
        (LayoutName::Plain.template(), "Cats-Dogs/Part 1- the end_ [x1].mkv", "Unlisted/x1 [x1].mkv"),
        (
            LayoutName::Plex.template(),
            "Cats-Dogs/Season 2025/Cats-Dogs - 2025-11-28 - Part 1- the end_ [x1].mkv",
            "Unlisted/Season 00/Unlisted - x1 [x1].mkv",
        ),
        (
            "{site}/{uploader}/{year}-{month}/{day}<, {title}>{id}",
            "youtube/Ann/2025-11/28, Part 1- the end_x1.mkv",
            "youtube/Unknown/0000-00/00x1.mkv",
        ),
    ] {
        let template: PathTemplate = template.parse().unwrap();
        assert_eq!(template.path(&known, "mkv", 1), expected);
        assert_eq!(template.path(&little, "MKV", 1), without);
    }
    let numbered = "{title}".parse::<PathTemplate>().unwrap().path(&known, "mkv", 3);
    assert_eq!(numbered, "Part 1- the end_ (3).mkv");
}

#[test]
fn what_is_no_template_is_refused_with_what_would_be_one() {
    for (text, expected) in [
        (
            "{list}/{tilte}",
            "there is no {tilte}; there are {list}, {title}, {id}, {site}, {uploader}, {date}, {year}, {month}, {day}, {season}",
        ),
        ("{list}/{title}.{ext}", "there is no {ext}; there are"),
        ("/{title}", "\"\" can't be a name"),
        ("../{title}", "\"..\" can't be a name"),
        ("{list}/.hidden {title}", "can't be a name"),
        ("{list}/{title}.", "can't be a name"),
        ("{list}//{title}", "\"\" can't be a name"),
        ("{list}/<{date}>/{title}", "\"<{date}>\" can't be a name"),
        ("{list}/{title", "'{' has no counterpart"),
        ("{list}/<{date} {title}", "'<' has no counterpart"),
        ("{list}/<a<{date}>>{title}", "'<' has no counterpart"),
        ("C:\\{title}", "':' can't stand"),
        ("{list}/{date}", "needs {title} or {id}"),
        ("{list}/<{title}>", "can't be a name"),
        ("", "can't be a name"),
    ] {
        let refused = text.parse::<PathTemplate>().unwrap_err().to_string();
        assert!(refused.contains(expected), "{text}: {refused}");
    }
    assert_eq!("a/".repeat(9).parse::<PathTemplate>(), Err(TemplateRefused::TooLong));
    let long = format!("{}{{title}}", "a".repeat(101));
    assert!(matches!(long.parse::<PathTemplate>(), Err(TemplateRefused::NameTooLong { .. })));
}

proptest! {
    // Whatever is known and whatever somebody wrote: below the library, on every file system.
    #[test]
    fn a_path_is_safe_whatever_it_is_made_of(
        text in "(\\{list\\}|\\{uploader\\}|Season \\{season\\}|con|[ -~ä]{0,12}|/|<\\{date\\} - >|\\{id\\}){0,6}\\{title\\}",
        list in proptest::option::of("\\PC{0,300}"),
        title in "\\PC{0,300}",
        id in "\\PC{1,80}",
        number in 1..9_u32,
    ) {
        let Ok(template) = text.parse::<PathTemplate>() else { return Ok(()) };
        let source = source(&id);
        let uploader = list.as_deref();
        let naming = Naming { list: list.as_deref(), title: Some(&title), source: &source, uploader, published_at: None };
        let path = template.path(&naming, "mp4", number);
        for name in path.split('/') {
            prop_assert!(!name.is_empty() && name.len() <= 240, "{path}");
            prop_assert!(!name.starts_with(['.', '-', ' ']) && !name.ends_with(['.', ' ']), "{path}");
            prop_assert!(!name.contains(['\\', ':', '|', '<', '>', '"', '?', '*']), "{path}");
            prop_assert!(!name.chars().any(char::is_control), "{path}");
            let bare = name.split('.').next().unwrap_or_default().to_lowercase();
            prop_assert!(!["con", "nul", "com1"].contains(&bare.trim_end()), "{path}");
        }
        prop_assert_eq!(path.split('/').count(), text.split('/').count());
        prop_assert_eq!(serde_json::from_value::<PathTemplate>(serde_json::to_value(&template).unwrap()).unwrap(), template);
    }
}
