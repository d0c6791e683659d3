//! Samples, decoded and written again by the code that the toolchain was linked with.

use serde::Serialize;

use crate::error::Result;
use crate::event::DomainEvent;

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

/// What becomes of a sample that is read and written again, with the reason where that fails.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rewritten {
    /// It does not decode.
    Unread(String),
    /// What was read is not written.
    Unwritten(String),
    /// This text is written, which does not decode.
    Lost(String, String),
    /// This text is written, and decodes.
    Written(String),
}

/// Reads a sample and writes it again, as the code would emit it.
pub fn rewrite<T: DomainEvent>(event_type: &str, version: u32, data: &str) -> Rewritten {
    let event = match T::from_data(event_type, version, data) {
        Ok(event) => event,
        Err(error) => return Rewritten::Unread(error.full()),
    };
    let written = match event.to_data() {
        Ok(written) => written,
        Err(error) => return Rewritten::Unwritten(error.full()),
    };
    match T::from_data(event.event_type(), event.version(), &written) {
        Ok(_) => Rewritten::Written(written),
        Err(error) => Rewritten::Lost(written, error.full()),
    }
}

/// Reads and writes each of `samples`, as [`decode_samples`] decodes them, and hands what became of it to `report`.
///
/// # Panics
/// When a line of `samples` is none of the toolchain's.
pub fn rewrite_samples(
    samples: &str,
    rewrite: &dyn Fn(&str, u32, &str) -> Rewritten,
    report: &mut dyn FnMut(&str),
) {
    for line in samples.lines() {
        let (event_type, version, data): Sample =
            serde_json::from_str(line).expect("the toolchain writes a name, a version and a text");
        let answer = serde_json::to_string(&rewrite(&event_type, version, &data));
        report(&format!("{}\n", answer.expect("texts are JSON")));
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
