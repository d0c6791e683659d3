//! JSON pointers, one name at a time.

use serde_json::Value;

/// A name as a pointer spells it.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step of a pointer spells.
pub(crate) fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The same, where the pointer is the fragment of a link.
pub(crate) fn linked(step: &str) -> String {
    unescaped(&decoded(step))
}

/// The pointer in the fragment of a link, whose characters may be written as `%25`: schemars writes them so.
pub(crate) fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| fragment.to_owned())
}

/// The names that a pointer leads along.
pub(crate) fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescaped).collect()
}

/// The place in `document` that a reference within it leads to.
pub(crate) fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(&decoded(reference.strip_prefix('#')?))
}

#[cfg(test)]
mod tests {
    use super::{escaped, linked, unescaped};

    #[test]
    fn a_link_spells_some_signs_by_their_bytes() {
        assert_eq!(linked("Deep%20%3C~1b%3E"), "Deep </b>");
        assert_eq!(linked("50%"), "50%");
        assert_eq!(linked("%C3%BC%zz%25"), "ü%zz%");
    }

    #[test]
    fn a_name_with_signs_of_its_own_comes_back() {
        for (name, step) in [("a/b", "a~1b"), ("a~1b", "a~01b"), ("~", "~0")] {
            assert_eq!((escaped(name).as_str(), unescaped(step).as_str()), (step, name));
        }
    }
}
