//! The view of deliveries: what is sent of notices, and what became of it.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{CALLED, DeliveryField, DeliveryFilter, DeliveryRow, deliveries, deliveries_by_id, delivery};
pub use view::DeliveryView;
