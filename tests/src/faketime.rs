//! Programs that see another time than the machine.

use std::fs::read_dir;
use std::path::Path;

/// The variables of a process that sees the time which a file says, such as `+2d`; `None` where the library of Debian's package
/// `faketime` is missing.
#[must_use]
pub fn variables(clock: &Path) -> Option<[(&'static str, String); 5]> {
    let folders = read_dir("/usr/lib").ok()?.flatten();
    let mut libraries = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let library = libraries.find(|path| path.exists())?;
    let on = || "1".to_owned();
    Some([
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_NO_CACHE", on()),
        // A change of the machine's time does not change how long something takes.
        ("FAKETIME_DONT_FAKE_MONOTONIC", on()),
        ("DONT_FAKE_MONOTONIC", on()),
    ])
}
