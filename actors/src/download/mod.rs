//! The downloader: keeps items, whole and checked.
