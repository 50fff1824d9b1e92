//! Addresses that are made of names.

/// A name as one part of an address' path, in which a space is `%20`.
pub(super) fn path_part(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_and_comes_back() {
        assert_eq!(path_part("a b/c+d"), "a%20b%2Fc%2Bd");
    }
}
