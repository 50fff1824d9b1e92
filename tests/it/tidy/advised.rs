//! Every command that people are told to type is one of the command line: in help, refusals and notices, which are texts of
//! the code, and in documents.
//!
//! Two spellings are looked for: a line that begins with `mediary` within a text of several lines, or of a document's example,
//! is typed as it stands; the same between backticks only names a command.

use std::iter::Peekable;

use proc_macro2::{Literal, TokenStream, TokenTree};

use super::tree::{Broken, Tree};

/// The name of the program, as a line begins with it.
const PROGRAM: &str = "mediary ";
/// Begins with the name of the program, and is none: the words by which a hash of the log is told from others.
const NO_COMMANDS: [&str; 1] = ["log format 2: sealed"];
/// A concern that only the test of a new one has.
const MADE_UP: &str = "parrot";

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    // The bad samples of this rule are texts of the code, too.
    let files = tree.texts().filter(|(path, _)| !path.starts_with("tests/it/tidy/"));
    for (path, text) in files {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        if ending == Some("rs") {
            let Ok(tokens) = text.parse::<TokenStream>() else { continue };
            each_text(tokens, &mut |lines, text| look(path, lines, text, "  ", &mut broken));
        } else if ending == Some("md") {
            look(path, (1, usize::MAX), text, "", &mut broken);
        }
    }
    broken
}

/// Every text of code, and the lines in which it begins and ends.
fn each_text(tokens: TokenStream, found: &mut impl FnMut((usize, usize), &str)) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => each_text(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Some(text) = text_of(&literal) {
                    let span = literal.span();
                    found((span.start().line, span.end().line), &text);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

fn text_of(literal: &Literal) -> Option<String> {
    syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|text| text.value())
}

/// Looks at the commands of a text. In code, what begins a line without an indent is a sentence.
fn look(path: &str, (first, last): (usize, usize), text: &str, indent: &str, broken: &mut Vec<Broken>) {
    let mut check = |place: usize, line: &str, is_mention: bool| {
        // A line of a text may be an escape within a line of code.
        let line_number = (first + text[..place].matches('\n').count()).min(last);
        for words in alternatives(&words_of(line)) {
            if let Some(reason) = refused(&words, is_mention) {
                let message = format!("`mediary {}` can't be typed: {reason}", words.join(" "));
                broken.push(Broken::line(path, line_number, message));
            }
        }
    };
    let mut place = 0;
    for line in text.split_inclusive('\n') {
        let begins = line.strip_prefix(indent).map(|line| line.trim_start().trim_start_matches("$ "));
        if let Some(command) =
            begins.and_then(|line| line.strip_prefix(PROGRAM)).filter(|_| is_example(text, place))
        {
            check(place, command, command.trim_end().ends_with('\\'));
        }
        place += line.len();
    }
    let mut place = 0;
    for (number, piece) in text.split('`').enumerate() {
        if let Some(command) = piece.strip_prefix(PROGRAM).filter(|_| number % 2 == 1) {
            check(place, &command.split_whitespace().collect::<Vec<_>>().join(" "), true);
        }
        place += piece.len() + 1;
    }
}

/// Whether a place is no running text: of code, or within the fence of a document.
fn is_example(text: &str, place: usize) -> bool {
    !text.contains("\n```") || text[..place].matches("```").count() % 2 == 1
}

fn refused(words: &[String], is_mention: bool) -> Option<String> {
    let stands_alone = |word: &String| matches!(word.as_str(), "…" | "VERB") || word == MADE_UP;
    if words.first().is_none_or(stands_alone) || NO_COMMANDS.contains(&words.join(" ").as_str()) {
        return None;
    }
    mediary::commands::misunderstood(words, is_mention)
}

/// The words of a line as a shell takes them, up to a comment, without where it reads and writes. `VERB…` is any verb.
fn words_of(line: &str) -> Vec<String> {
    // Help has what it does behind some spaces.
    let line = line.split("  ").next().unwrap_or_default().trim();
    let mut letters = line.chars().peekable();
    let mut words = Vec::new();
    while let Some(word) = word(&mut letters) {
        match word.as_str() {
            "#" | "|" | "&&" | "&" | "\\" => break,
            "<" | ">" => drop(self::word(&mut letters)),
            "VERB…" => words.extend(["file", "verify"].map(str::to_owned)),
            _ => words.push(word),
        }
    }
    words
}

fn word(letters: &mut Peekable<impl Iterator<Item = char>>) -> Option<String> {
    while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
    letters.peek()?;
    let mut word = String::new();
    let mut quote = None;
    let mut depth = 0_u32;
    for letter in letters.by_ref() {
        match (letter, quote) {
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            // `{{ part }}` is one word of a template.
            (_, None) if letter.is_whitespace() && depth == 0 => break,
            _ => {
                depth =
                    depth.saturating_add(u32::from(letter == '{')).saturating_sub(u32::from(letter == '}'));
                word.push(letter);
            }
        }
    }
    Some(word)
}

/// `export|import` is two lines.
fn alternatives(words: &[String]) -> Vec<Vec<String>> {
    let Some(place) = words.iter().position(|word| word.contains('|')) else { return vec![words.to_vec()] };
    let each = words[place].split('|').map(|word| {
        let mut words = words.to_vec();
        word.clone_into(&mut words[place]);
        words
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    #[test]
    fn a_verb_that_is_none_is_found_in_texts_of_code_and_in_documents() {
        let advice =
            "const ADVICE: &str = \"{{ reason }}\\n`mediary worker resume {{ part }}` starts it again.\";";
        tree::breaks(rule, [("a.rs", advice)], "a.rs:1: `mediary worker resume {{ part }}` can't be typed");
        let help = "\nconst HELP: &str = \"Examples:\\n  mediary job list --nonsense\";";
        tree::breaks(rule, [("a.rs", help)], "a.rs:2: `mediary job list --nonsense` can't be typed");
        let macros = "fn a() { say!(\"`mediary log events` shows it\") }";
        tree::breaks(rule, [("a.rs", macros)], "a.rs:1: `mediary log events`");
        let wrapped = "Say `mediary\u{20}log\nevents`.";
        tree::breaks(rule, [("docs/a.md", wrapped)], "docs/a.md:1: `mediary log events`");
        let fenced = "So:\n\n```sh\nmediary job cancel > FILE\n```\n";
        tree::breaks(rule, [("docs/a.md", fenced)], "docs/a.md:4: `mediary job cancel`");
        let value = "`mediary job list --state done`";
        tree::breaks(rule, [("docs/a.md", value)], "docs/a.md:1: `mediary job list --state done`");
    }

    #[test]
    fn what_can_be_typed_is_fine_and_a_mention_may_be_short() {
        let document = "`mediary job cancel`, `mediary job list --state S` and `mediary collection export|import`:\n\n```sh\n\
                        mediary token create laptop --role editor > laptop.token\nmediary why 'Sample videos'  # why\n```\n\n\
                        mediary is a program.\n";
        tree::keeps(rule, [("docs/a.md", document)]);
        tree::keeps(rule, [("a.rs", "/// `mediary bot set --help` says how.\nfn a() {}")]);
    }
}
