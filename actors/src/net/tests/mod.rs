mod asking;
mod caching;
mod children;
mod private;
pub(crate) mod support;
