mod asking;
mod children;
mod keeping;
mod private;
pub(crate) mod support;
