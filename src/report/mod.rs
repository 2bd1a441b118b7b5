//! Reports: one file per format, all made from the same `Run`.
//!
//! A writer gets a run and a place to write to. It cannot change the run, and it cannot stop another writer.

mod json;
mod junit;
pub mod model;
mod terminal;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use model::{CaseResult, CheckInfo, Counts, Run};
pub use terminal::summary;

/// Writes a run in one format.
pub trait ReportWriter {
    /// The name of the file.
    fn file_name(&self) -> &'static str;

    /// Writes the whole report.
    fn write(&self, run: &Run, out: &mut dyn Write) -> io::Result<()>;
}

/// Every format that is written to a file.
#[must_use]
pub fn writers() -> [&'static dyn ReportWriter; 2] {
    [&json::Json, &junit::Junit]
}

/// The JSON schema of `report.json`.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    crate::config::schema_of::<Run>()
}

/// Writes every report; a writer that fails or panics stops no other. Gives the paths, and what went wrong.
pub fn write_all(folder: &Path, run: &Run, writers: &[&dyn ReportWriter]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut written, mut failed) = (Vec::new(), Vec::new());
    for writer in writers {
        let path = folder.join(writer.file_name());
        let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            replace_file(&path, |file| writer.write(run, file))
        }));
        match attempt {
            Ok(Ok(())) => written.push(path),
            Ok(Err(error)) => {
                failed.push(format!("cannot write the report {}: {error}", path.display()));
            }
            Err(_) => failed.push(format!(
                "cannot write the report {}: the writer broke, a mistake in stackproof",
                path.display()
            )),
        }
    }
    (written, failed)
}

/// Replaces a file whole or not at all: a reader never sees half of it, and a failure leaves the old one.
pub fn replace_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".stackproof-")
        .tempfile_in(folder)?;
    {
        let mut buffered = io::BufWriter::new(file.as_file_mut());
        write(&mut buffered)?;
        buffered.flush()?;
    }
    readable_by_all(file.as_file())?;
    file.persist(path)?;
    Ok(())
}

/// Scratch files are private to their owner; a report is for everybody who may read the folder.
#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(crate) mod sample;

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing;
    struct Panicking;

    impl ReportWriter for Failing {
        fn file_name(&self) -> &'static str {
            "failing.txt"
        }
        fn write(&self, _: &Run, _: &mut dyn Write) -> io::Result<()> {
            Err(io::Error::other("disk full"))
        }
    }

    impl ReportWriter for Panicking {
        fn file_name(&self) -> &'static str {
            "panicking.txt"
        }
        fn write(&self, _: &Run, _: &mut dyn Write) -> io::Result<()> {
            panic!("broken writer")
        }
    }

    #[test]
    fn one_writer_cannot_stop_another() {
        let folder = tempfile::tempdir().unwrap();
        let run = sample::sample_run();
        let (written, failed) = write_all(folder.path(), &run, &[&Failing, &Panicking, &json::Json]);
        assert_eq!(written, [folder.path().join("report.json")]);
        assert_eq!(failed.len(), 2);
        assert!(failed[0].ends_with("failing.txt: disk full"), "{}", failed[0]);
        assert!(!folder.path().join("failing.txt").exists());
    }

    #[test]
    fn a_failed_write_leaves_the_old_report() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        replace_file(&path, |file| file.write_all(b"old")).unwrap();
        replace_file(&path, |file| {
            file.write_all(b"new")?;
            Err(io::Error::other("disk full"))
        })
        .unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
