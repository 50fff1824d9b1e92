use super::*;

fn facts(title: &str) -> EntryFacts<'_> {
    EntryFacts {
        title: Some(title),
        url: "https://example.org/watch?v=a",
        duration_ms: Some(95_000),
        published_at: "2026-03-31T23:59:59Z".parse().ok(),
        live_status: LiveStatus::NotLive,
    }
}

const UNKNOWN: EntryFacts<'_> = EntryFacts {
    title: None,
    url: "https://example.org/watch?v=a",
    duration_ms: None,
    published_at: None,
    live_status: LiveStatus::NotLive,
};

fn keeps(rule: &str, facts: &EntryFacts<'_>) -> bool {
    Filter::new(&[rule]).unwrap().judge().broken(facts).is_none()
}

// LI-08.
#[test]
fn a_rule_is_kept_by_what_fits_it() {
    for (rule, is_kept) in [
        ("title=BIG bunny", true),
        ("title=bun", false),
        ("title!=trailer", true),
        ("title!=bunny big", false),
        ("title=ärger", false),
        ("title~^Big", true),
        ("title~^big", false),
        ("title!~(?i)^big", false),
        ("duration>=95s", true),
        ("duration>=1m36s", false),
        ("duration<=2h", true),
        ("duration<=94s", false),
        ("published>=2026-03-31", true),
        ("published>=2026-04-01", false),
        ("published<=2026-03-31", true),
        ("published<=2026-03-30", false),
        ("kind=video", true),
        ("kind!=short", true),
        ("kind=live", false),
    ] {
        assert_eq!(keeps(rule, &facts("Big Buck Bunny, the film")), is_kept, "{rule}");
    }
    assert!(keeps("title=ärger", &facts("Viel ÄRGER!")), "in whichever case");
    let short = EntryFacts { url: "https://www.youtube.com/shorts/abc", ..facts("a") };
    assert!(keeps("kind=short", &short) && !keeps("kind!=short", &short) && !keeps("kind=video", &short));
    let over = EntryFacts { live_status: LiveStatus::WasLive, ..short };
    assert!(keeps("kind=live", &over) && !keeps("kind!=live", &over));
}

#[test]
fn what_is_not_known_keeps_to_nothing_that_is_asked_for_and_breaks_nothing_that_is_excluded() {
    for rule in ["title=a", "title~a", "duration>=1s", "duration<=9h", "published>=1990-01-01"] {
        assert!(!keeps(rule, &UNKNOWN), "{rule}");
    }
    for rule in ["title!=a", "title!~a", "kind!=live"] {
        assert!(keeps(rule, &UNKNOWN), "{rule}");
    }
}

#[test]
fn a_rule_is_one_text_wherever_it_is() {
    let texts =
        ["title!=Big Bunny", "title~a=b>=c", "duration>=1m30s", "published<=2026-12-31", "kind=short"];
    let filter = Filter::new(&texts).unwrap();
    let told: Vec<String> = filter.rules().iter().map(ToString::to_string).collect();
    assert_eq!(told, texts);
    let json = serde_json::to_string(&filter).unwrap();
    assert_eq!(serde_json::from_str::<Filter>(&json).unwrap(), filter, "{json}");
    assert_eq!(
        Filter::new(&["duration>=90s", "duration >=  1m30s", "duration>=1m 30s"])
            .map(|it| it.rules.len())
            .ok(),
        None
    );
    assert_eq!(Filter::new(&["duration>=90s", "duration>= 1m 30s"]).unwrap().rules().len(), 1);
    assert_eq!(filter.judge().broken(&facts("an a=b>=c")), Some(4), "the first that is broken");
    assert_eq!(filter.judge().broken(&facts("big bunny")), Some(0));
}

#[test]
fn what_is_no_rule_says_why() {
    let deep = format!("title~{}a{}", "(".repeat(60), ")".repeat(60));
    for (text, reason) in [
        ("", "none of"),
        ("size>=3", "none of"),
        ("title", "comes behind"),
        ("title=  -", "no word"),
        ("title~", "no expression"),
        ("title~(", "unclosed group"),
        ("title~[a-z]{1000}{1000}", "size limit"),
        (&deep, "nest"),
        ("duration>90s", "comes behind"),
        ("duration>=soon", "written like"),
        ("duration>=-5s", "written like"),
        ("published>=yesterday", "written like"),
        ("kind=film", "a kind is"),
        ("title=a\nb", "control"),
    ] {
        let refused = text.parse::<Rule>().unwrap_err().to_string();
        assert!(refused.contains(reason), "{text}: {refused}");
    }
    let many: Vec<String> = (0..33).map(|number| format!("title!=a{number}")).collect();
    assert!(Filter::new(&many).unwrap_err().to_string().contains("at most 32"));
    // What was once stored is read, whatever a later program makes of its expression.
    assert!(serde_json::from_str::<Rule>("\"title~(\"").is_ok());
}

#[test]
fn without_its_words_a_filter_keeps_nothing() {
    let filter = Filter::new(&["kind=video", "title!=secret"]).unwrap();
    assert!(
        filter.has_words()
            && !filter.redacted().rules().iter().any(|rule| rule.to_string().contains("secret"))
    );
    assert_eq!(filter.redacted().judge().broken(&facts("a")), Some(1));
}
