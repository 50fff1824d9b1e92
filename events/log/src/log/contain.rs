//! What panics in the storage on damaged bytes becomes damage.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::Once,
};

use super::error::{Damage, ReadError};

/// Runs something on the storage; what panics there on damaged bytes becomes damage, and is told as such only.
pub(super) fn contain<T, E: From<ReadError>>(run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    match quietly(|| catch_unwind(AssertUnwindSafe(run))) {
        Ok(result) => result,
        Err(panic) => {
            let damage = Damage::Structure { detail: panic_text(panic.as_ref()) };
            Err(ReadError::from(damage).into())
        }
    }
}

thread_local! {
    /// Whether a panic of this thread is told by whoever catches it.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Keeps the text of a panic that is caught from being printed, too: a stack trace reads like a crash.
fn quietly<T>(run: impl FnOnce() -> T) -> T {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                print(panic);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let outcome = run();
    QUIET.set(outer);
    outcome
}

/// What a panic said.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    let text = owned.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the storage gave up: {}", text.unwrap_or("without a word"))
}
