mod asking;
mod caching;
mod children;
mod private;
mod proxying;
pub(crate) mod support;
