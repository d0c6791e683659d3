//! JSON pointers, one name at a time.

/// A name as a pointer spells it.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step of a pointer spells.
pub(crate) fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::{escaped, unescaped};

    #[test]
    fn a_name_with_signs_of_its_own_comes_back() {
        for (name, step) in [("a/b", "a~1b"), ("a~1b", "a~01b"), ("~", "~0")] {
            assert_eq!((escaped(name).as_str(), unescaped(step).as_str()), (step, name));
        }
    }
}
