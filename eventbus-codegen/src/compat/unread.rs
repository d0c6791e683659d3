//! Samples of the compared commit that are not on disk as they were, and that the code does not decode.

use std::collections::BTreeMap;

use eventbus_runtime::CompatMode;

use super::finding::{Direction, Finding};
use super::mode::Modes;
use super::reviews::Reviews;
use super::rules::{Difference, Holds, Verdict, named};
use crate::canonical::sha256;
use crate::registry::{Baseline, Catalog, Leaf, Registry, Stored, leaves};
use crate::samples::Failure;

/// What became of a sample that is let through.
const UNREAD: &str = "not decoded";

/// What is to be said of `lost`, the samples of `baseline` that are not read any more, beside what was found already. What is
/// let through is noted in `registry`, which takes the place of `own`.
pub(crate) fn unread(
    lost: &[(Stored, Failure)],
    [baseline, own]: [&Baseline; 2],
    registry: &mut Registry,
    catalog: &Catalog,
    default: CompatMode,
    found: &[Finding],
) -> Vec<Finding> {
    let leaves: BTreeMap<&str, &Leaf> =
        leaves(catalog).into_iter().map(|leaf| (leaf.event_type.as_str(), leaf)).collect();
    let mut findings = Vec::new();
    for (sample, failure) in lost.iter().filter(|(sample, _)| !is_told(sample, found)) {
        let Some(leaf) = leaves.get(failure.reader.as_str()) else { continue };
        let Some(event) = registry.events.get_mut(&failure.reader) else { continue };
        let Stored { event_type, version, text, .. } = sample;
        let file = sample.file();
        let change = Difference::of(named("EV027"), format!("{file} is decoded"), UNREAD);
        let mut finding = Finding::new(event_type, *version, &leaf.rust_path, change);
        let document = serde_json::from_str(text).ok();
        finding.witnesses.extend(document.map(|document| (Direction::Backward, document)));
        finding.reason = Some(failure.reason.clone());
        finding.restore = Some(baseline.restore(event_type, file));
        let pasts = [baseline, own].map(|registry| registry.events.get(event_type));
        if let [Some(past), _] = pasts {
            finding.weigh(Modes::new(past, baseline, Some(leaf), default).asked());
        }
        let recorded = event.facts.reviewed.clone();
        let pair = [sha256(text), UNREAD.to_owned()];
        Reviews::new(leaf, &recorded, &pasts).excuse(
            std::slice::from_mut(&mut finding),
            Some(*version),
            pair.each_ref().map(String::as_str),
        );
        if let Some(review) = &finding.excused {
            event.facts.review(review);
        }
        finding.locate(&leaves);
        findings.push(finding);
    }
    findings
}

/// Whether a finding tells already that stored events of this version are not read, be it refused or let through.
fn is_told(sample: &Stored, found: &[Finding]) -> bool {
    found.iter().any(|finding| {
        finding.event_type == sample.event_type
            && finding.version == sample.version
            && finding.rule.backward != Holds::Yes
            && (finding.verdict >= Verdict::Bump || finding.excused.is_some())
    })
}
