//! The gate: who may append what. The only public way to append.
