//! `report.json`: the whole run, for programs. Its schema is `docs/report.schema.json`.

use std::io::{self, Write};

use super::{ReportWriter, Run};

/// The writer of `report.json`.
pub struct Json;

impl ReportWriter for Json {
    fn file_name(&self) -> &'static str {
        "report.json"
    }

    fn write(&self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, run)?;
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample_run;

    #[test]
    fn the_report_fits_its_schema_and_reads_back() {
        let mut text = Vec::new();
        Json.write(&sample_run(), &mut text).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let validator = jsonschema::validator_for(&crate::report::json_schema()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(serde_json::from_slice::<Run>(&text).unwrap(), sample_run());
    }

    #[test]
    fn golden() {
        let mut text = Vec::new();
        Json.write(&sample_run(), &mut text).unwrap();
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }
}
