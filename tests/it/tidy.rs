//! Rules about the code itself: what a reviewer would otherwise have to say again and again.
//!
//! A rule is a pure function from a [`Tree`] to the places that break it, with the reason and the way
//! out in each message; beside it stand small trees that break it, so that no rule is unable to fail.
//! A folder that is not written yet breaks nothing.
//!
//! To add a rule: a file with its function and its bad samples, a `mod` line and a test here.

mod advised;
mod catch_all;
mod dependencies;
mod effects;
mod error_codes;
mod findings;
mod history;
mod invariants;
mod length;
mod machine_paths;
mod named_rules;
mod pictures;
mod pure;
mod scopes;
mod shape;
mod tree;
mod uses;
mod whole;

use tree::{Broken, Tree};

/// Fails with every place that breaks a rule, not only the first.
#[track_caller]
fn holds(rule: fn(&Tree) -> Vec<Broken>) {
    let tree = Tree::of_the_repository();
    let broken = rule(&tree);
    let list: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{} broken:\n  {}\n", broken.len(), list.join("\n  "));
}

// invariant: G-1, H-1
#[test]
fn dependencies_point_down() {
    holds(dependencies::rule);
}

// invariant: H-1
#[test]
fn a_crate_is_used_only_where_it_is_at_home() {
    holds(uses::rule);
}

// invariant: J-21
#[test]
fn an_effect_knows_its_workspace_only() {
    holds(effects::rule);
}

// PL-11.
// invariant: G-3, V-3
#[test]
fn what_is_decided_and_folded_depends_on_nothing_but_what_is_recorded() {
    holds(pure::rule);
}

// invariant: H-9
#[test]
fn no_file_is_longer_than_it_can_be_read() {
    holds(length::rule);
}

// edge D: six ways, each with a durability of its own.
// invariant: H-8
#[test]
fn a_file_is_written_whole_in_one_way() {
    holds(whole::rule);
}

// invariant: S-3
#[test]
fn a_scope_is_made_in_few_places() {
    holds(scopes::rule);
}

// invariant: H-2
#[test]
fn every_concern_has_the_same_shape() {
    holds(shape::rule);
}

// invariant: H-3
#[test]
fn deciding_and_evolving_have_no_catch_all_arm() {
    holds(catch_all::rule);
}

// invariant: H-5
#[test]
fn every_refusal_is_explained() {
    holds(error_codes::rule);
}

// invariant: H-4
#[test]
fn every_version_ever_written_has_a_golden_file() {
    holds(history::rule);
}

// What a notice, a refusal, a help or a document tells people to type can be typed.
#[test]
fn every_command_that_is_advised_can_be_typed() {
    holds(advised::rule);
}

// invariant: H-7
#[test]
fn no_file_names_a_path_of_one_machine() {
    holds(machine_paths::rule);
}

#[test]
fn invariants_are_named_by_the_tests_that_hold_them() {
    holds(invariants::rule);
}

#[test]
fn findings_name_tests_that_are_there() {
    holds(findings::rule);
}

#[test]
fn documents_show_pictures_that_are_there_in_words_too() {
    holds(pictures::rule);
}
