//! Stored samples, decoded by the code that the toolchain was linked with.

use crate::error::Result;

/// A payload stored at a version of a type: the type's name, the version, and the payload's text.
type Sample = (String, u32, String);

/// Decodes each of `samples`, a line of JSON for each, and hands a line for each to `report`: `null`, or the reason why
/// it does not decode.
///
/// Each line is handed over before the next sample is touched: an upcaster that panics may take the process with it, and
/// the lines that are out by then say which sample that was.
///
/// # Panics
/// When a line of `samples` is none of the toolchain's.
pub fn decode_samples(
    samples: &str,
    decode: &dyn Fn(&str, u32, &str) -> Result<()>,
    report: &mut dyn FnMut(&str),
) {
    for line in samples.lines() {
        let (event_type, version, data): Sample =
            serde_json::from_str(line).expect("the toolchain writes a name, a version and a text");
        let reason = decode(&event_type, version, &data).err().map(|error| error.full());
        let reason = serde_json::to_string(&reason).expect("a text is JSON");
        report(&format!("{reason}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::decode_samples;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn each_sample_has_its_line_and_the_reason_names_the_cause() {
        let mut lines = Vec::new();
        let decode = |event_type: &str, version: u32, data: &str| {
            if version == 2 {
                let cause = std::io::Error::other("missing field `total`");
                let message = format!("{event_type} {data}");
                return Err(
                    Error::new(ErrorKind::DeserializationFailed, message).with_source(cause)
                );
            }
            Ok(())
        };
        let samples = "[\"order.placed\",1,\"{}\"]\n[\"order.placed\",2,\"{\\n}\"]\n";
        decode_samples(samples, &decode, &mut |line| lines.push(line.to_owned()));
        assert_eq!(lines, ["null\n", "\"order.placed {\\n}: missing field `total`\"\n"]);
    }
}
