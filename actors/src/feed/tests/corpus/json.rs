//! JSON Feed.

use super::Case;

/// A feed called "Show" with these items in it.
fn json(items: &str) -> String {
    format!(
        "{{\n\"version\": \"https://jsonfeed.org/version/1.1\",\n\"title\": \"Show\",\n\"home_page_url\": \"http://a.example/\",\n\
         \"items\": [\n{items}\n]\n}}\n"
    )
}

const ONE: &str = r#"{"id": "1", "title": "One", "url": "http://a.example/1", "content_html": "<p>x</p>"}"#;

pub(super) fn cases() -> Vec<Case> {
    let one = "# Show
        1 One | http://a.example/1 | id 1";
    let cases = vec![
        Case::of(
            "json feed 1.1",
            json(
                r#"{"id": "1", "title": "One", "url": "http://a.example/1", "attachments": [
                    {"url": "http://m.example/1.jpg", "mime_type": "image/jpeg"},
                    {"url": "/1.m4a", "mime_type": "audio/x-m4a", "size_in_bytes": 9, "duration_in_seconds": 62.5}]},
                {"id": "2", "external_url": "http://b.example/2", "authors": [{"name": "N"}], "tags": ["a"]}"#,
            ),
            "# Show
             1 One | https://a.example/1.m4a | id 1 | 62500 ms
             2 - | http://b.example/2 | id 2",
        )
        .sent_as("application/feed+json"),
        Case::of(
            "json feed 1.0, paged, the title behind the items",
            format!(r#"{{"version": "https://jsonfeed.org/version/1", "items": [{ONE}], "next_url": "/2.json", "title": "Show"}}"#),
            "# Show
             1 One | http://a.example/1 | id 1
             next https://a.example/2.json",
        ),
        Case::of("json without items", json(""), "# Show"),
        Case::of("json with a mark and a warning in front", format!("\u{feff} \n{}", json(ONE)), one),
        Case::of(
            "json: ids that are numbers, none, and addresses",
            json(
                r#"{"id": 7, "title": 8, "url": "http://a.example/7"}, {"title": "No id", "url": "http://a.example/2"},
                {"id": "http://a.example/3"}, {"id": null, "title": null, "url": null, "external_url": "4"}"#,
            ),
            "# Show
             1 8 | http://a.example/7 | id 7
             2 No id | http://a.example/2
             3 - | http://a.example/3 | id http://a.example/3
             4 - | https://a.example/shows/4",
        ),
        Case::of(
            "json: what is no item costs a row, what is of another type nothing",
            json(&format!(
                r#"null, "x", [1], {{"title": ["x"], "url": "http://a.example/4", "attachments": "none"}},
                {{"id": {{}}, "attachments": {{"url": "http://m.example/5.mp3", "duration_in_seconds": "90"}}}},
                {{"id": "6", "attachments": [null, 1, {{"mime_type": "audio/mpeg"}}], "title": "Six"}}, {ONE}"#
            )),
            "# Show
             1 skipped: is no entry
             2 skipped: is no entry
             3 skipped: is no entry
             4 - | http://a.example/4
             5 - | http://m.example/5.mp3 | 90000 ms
             6 skipped: \"Six\" has no address of its own
             7 One | http://a.example/1 | id 1",
        ),
        Case::of(
            "json: half a letter and control characters",
            json("{\"id\": \"1\", \"title\": \"a\\ud83db\u{1}\nc \\ud83d\\ude00 &amp;amp; d\\\\\", \"url\": \"http:\\/\\/a.example\\/1\"}"),
            "# Show
             1 a\u{fffd}b c 😀 & d\\ | http://a.example/1 | id 1",
        ),
        Case::of(
            "json: a password",
            json(r#"{"id": "1", "attachments": [{"url": "http://u:p@m.example/1.mp3"}]}"#),
            "# Show
             1 skipped: has an address that carries a user name or password",
        ),
        Case::of(
            "json breaks off",
            json(&format!("{ONE},\n{{\"id\": \"2\", \"title\": \"Tw")).split("\n]").next().unwrap(),
            "# Show
             1 One | http://a.example/1 | id 1
             broken feed, line 7: it breaks off",
        ),
        Case::of(
            "json that is none from there on",
            json(&format!("{ONE},\n{{\"id\": NaN}}")),
            "# Show
             1 One | http://a.example/1 | id 1
             broken feed, line 7: this is no JSON",
        ),
        Case::of(
            "json without a list",
            "{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"Show\", \"items\": null}",
            "# Show
             broken feed, line 1: it has no list of items",
        ),
        Case::of("no feed: json", "{\"items\": []}", "Unsupported: this is no feed: neither RSS, Atom nor JSON Feed begins here"),
    ];
    cases.into_iter().map(|case| case.alone("it reads no JSON")).collect()
}
