//! What cargo's configuration gives to rustc and its linker, as far as a program that is linked by hand must know it.

use std::env;
use std::path::{Path, PathBuf};

use cargo_config2::Config;

/// The compiler and what it is told.
#[derive(Debug)]
pub(super) struct Toolchain {
    pub(super) rustc: PathBuf,
    pub(super) linker: Option<PathBuf>,
    pub(super) flags: Vec<String>,
}

impl Toolchain {
    /// Reads the files that cargo reads in `folder`, and the environment, for `target` or else for this machine.
    ///
    /// A configuration that cannot be read is none: cargo has understood it, so it is newer than this code, and where it
    /// matters the linker will say so.
    pub(super) fn read(folder: &Path, target: Option<&str>) -> Self {
        let config = Config::load_with_cwd(folder).ok();
        let target = config.as_ref().and_then(|config| {
            let triple = target.or_else(|| config.host_triple().ok())?;
            config.target(triple).ok()
        });
        let (linker, flags) =
            target.map(|target| (target.linker, target.rustflags)).unwrap_or_default();
        Self {
            rustc: config.and_then(|config| config.build.rustc).unwrap_or_else(beside_cargo),
            linker,
            flags: flags.map(|flags| flags.flags).unwrap_or_default(),
        }
    }
}

/// The rustc beside the cargo that runs us is the one that built the library.
fn beside_cargo() -> PathBuf {
    let name = format!("rustc{}", env::consts::EXE_SUFFIX);
    env::var_os("CARGO")
        .map(|cargo| Path::new(&cargo).with_file_name(&name))
        .filter(|rustc| rustc.is_file())
        .unwrap_or_else(|| name.into())
}
