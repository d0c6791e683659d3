//! The compiler takes what is generated, in every arrangement of files, and knows the types as they are meant.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cases::cases;
use crate::node::{folder, here, output, program};

/// What must hold, and beyond that what people ask of their own files, because these files are among them.
const FLAGS: &[&str] = &[
    "--strict",
    "--noUncheckedSideEffectImports",
    "--exactOptionalPropertyTypes",
    "--noUncheckedIndexedAccess",
    "--erasableSyntaxOnly",
    "--isolatedModules",
    "--isolatedDeclarations",
    "--declaration",
    "--noFallthroughCasesInSwitch",
    "--noImplicitOverride",
    "--noImplicitReturns",
    "--noPropertyAccessFromIndexSignature",
    "--noUnusedLocals",
    "--noUnusedParameters",
    "--verbatimModuleSyntax",
    "--noEmit",
    "--ignoreConfig",
    "--pretty",
    "false",
];

const TARGET: &[&str] = &["--target", "es2023", "--lib", "es2023"];

/// Compiles every file below the folder.
fn compile(folder: &Path, more: &[&str]) {
    let mut files = Vec::new();
    collect(folder, &mut files);
    assert!(!files.is_empty());
    output(program("tsc").args(FLAGS).args(TARGET).args(more).args(files).current_dir(folder));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "ts") {
            files.push(path);
        }
    }
}

#[test]
fn every_arrangement_of_files_compiles_for_node() {
    let folder = folder();
    for case in cases() {
        for (name, options) in [
            ("file", "out = \"file.ts\""),
            ("folder", "out = \"folder\""),
            ("split", "out = \"split\"\nsplit = true"),
            ("as-is", "out = \"as-is\"\nsplit = true\nextensions = \"ts\""),
            ("mutable", "out = \"mutable\"\nsplit = true\nreadonly = false"),
        ] {
            let generated = case.generate(options);
            assert!(generated.files.keys().all(|path| path.starts_with(name)));
            generated.write(&folder.path().join(case.name));
        }
    }
    compile(folder.path(), &["--module", "nodenext", "--allowImportingTsExtensions"]);
}

#[test]
fn files_without_extensions_compile_for_bundlers() {
    let folder = folder();
    for case in cases() {
        let generated = case.generate("out = \".\"\nsplit = true\nextensions = \"none\"");
        generated.write(&folder.path().join(case.name));
    }
    compile(folder.path(), &["--module", "esnext", "--moduleResolution", "bundler"]);
}

#[test]
fn the_types_are_what_is_meant() {
    let folder = folder();
    for case in cases() {
        case.generate("out = \".\"\nsplit = true").write(&folder.path().join(case.name));
    }
    for entry in fs::read_dir(here().join("types")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let spec = here().join("node_modules/@standard-schema");
    fs::create_dir_all(folder.path().join("node_modules/@standard-schema/spec")).unwrap();
    for file in ["package.json", "dist/index.d.ts", "dist/index.js"] {
        let to = folder.path().join("node_modules/@standard-schema/spec").join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(spec.join("spec").join(file), to).unwrap();
    }
    let mut files = Vec::new();
    collect(&here().join("types"), &mut files);
    let names = files.iter().map(|path| path.file_name().unwrap());
    let flags = FLAGS.iter().filter(|flag| !flag.contains("unused") && !flag.contains("Unused"));
    let command = &mut program("tsc");
    output(
        command
            .args(flags)
            .args(TARGET)
            .args(["--module", "nodenext"])
            .args(names)
            .current_dir(folder.path()),
    );
}

#[test]
fn a_file_for_each_family_runs_as_it_is() {
    let folder = folder();
    for case in cases() {
        let generated = case.generate("out = \".\"\nsplit = true\nextensions = \"ts\"");
        generated.write(&folder.path().join(case.name));
        let script = format!(
            "const events = await import('./{}/index.ts'); console.log(events.parseEvent(1).kind)",
            case.name
        );
        let mut command = program("node");
        command.args(["--input-type=module", "--eval", &script]).current_dir(folder.path());
        assert_eq!(output(&mut command), "invalid\n");
    }
}
