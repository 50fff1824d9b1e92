//! Versions of a view beside each other: which serves, which is built, and what becomes of the one before.

mod administering;
mod keeping;
mod replacing;
mod seen;
