//! The text of a failure, as every store takes it.

/// The longest text of a failure that is kept, in bytes. A handler may quote a whole response in its error; the dead
/// letters are read by people.
const LONGEST: usize = 8 * 1024;

/// What stands at the end of a text that was longer.
const CUT_OFF: &str = " … (cut off)";

/// The text in a form that every store takes. A record that cannot be written would be tried again for ever, and the
/// whole subscription with it.
pub(crate) fn recordable(mut text: String) -> String {
    if text.contains('\0') {
        text = text.replace('\0', "\u{2400}");
    }
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST - CUT_OFF.len()));
        text.push_str(CUT_OFF);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{CUT_OFF, LONGEST, recordable};

    #[test]
    fn a_text_that_no_store_could_hold_is_made_fit() {
        assert_eq!(recordable("a\0b".to_owned()), "a\u{2400}b");
        assert_eq!(recordable("a".repeat(LONGEST)).len(), LONGEST);
        let long = recordable("ä".repeat(LONGEST));
        assert!(long.len() <= LONGEST && long.len() > LONGEST - 4, "{}", long.len());
        assert!(long.starts_with("ää") && long.ends_with(CUT_OFF));
        assert!(recordable("\0".repeat(LONGEST)).len() <= LONGEST, "replacing makes it longer");
    }
}
