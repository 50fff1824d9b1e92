//! Templates of notices: Jinja's `{{ … }}` over the facts of one event, within a bound of steps.
//!
//! There is nothing in it that reads a file, asks anybody or remembers anything.

use std::sync::LazyLock;

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde_json::Value;

/// Steps of one template: far more than a title needs, and less than a millisecond.
const STEPS_MAX: u64 = 10_000;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // What an event doesn't say is nothing, however deep it would stand.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(STEPS_MAX));
    environment
});

/// Says what keeps a text from being a template.
pub(super) fn check(template: &str) -> Result<(), String> {
    let parsed = ENVIRONMENT.template_from_str(template);
    parsed.map(|_| ()).map_err(|error| format!("the template {template:?} can't be read: {error}"))
}

/// A template with its facts; where it comes to nothing, the template itself, so that something is told in any case.
pub(super) fn render(template: &str, facts: &Value) -> String {
    let rendered = ENVIRONMENT.render_str(template, Serde(facts));
    rendered.unwrap_or_else(|_| template.to_owned())
}

/// The same in one line.
pub(super) fn one_line(text: &str) -> String {
    text.split(|letter: char| letter.is_control()).map(str::trim).filter(|part| !part.is_empty()).fold(
        String::new(),
        |mut line, part| {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(part);
            line
        },
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_says_what_the_event_says_and_nothing_of_what_it_does_not() {
        let facts = json!({ "it": "<b>Astronomie</b>", "counts": { "added": 3 } });
        let said = |template| render(template, &facts);
        assert_eq!(said("{{ it }}: {{ counts.added }} new"), "<b>Astronomie</b>: 3 new");
        assert_eq!(said("{% if counts.added > 1 %}some{% else %}one{% endif %}"), "some");
        assert_eq!(said("[{{ failure.message }}]"), "[]");
        assert_eq!(one_line(" a\n\r\nb\tc "), "a b c");
    }

    #[test]
    fn what_runs_for_ever_or_is_no_template_is_neither_waited_for_nor_lost() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert_eq!(render(endless, &json!({})), endless);
        assert!(check("{{ it").unwrap_err().contains("{{ it"));
        assert!(
            check("{{ it | nonsense }}").is_err() || render("{{ it | nonsense }}", &json!({})).contains("it")
        );
        assert_eq!(check("{{ it }}"), Ok(()));
    }
}
