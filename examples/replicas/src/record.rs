//! What was handled, by whom, and whether that is as promised.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;

/// One line of a replica: it handled a scan.
pub(crate) struct Scan {
    pub(crate) by: String,
    pub(crate) parcel: u32,
    pub(crate) station: u32,
}

impl Scan {
    /// Reads `a 7 12`.
    pub(crate) fn parse(line: &str) -> Result<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let [by, parcel, station] = words[..] else { return Err(format!("`{line}`?").into()) };
        Ok(Self { by: by.to_owned(), parcel: parcel.parse()?, station: station.parse()? })
    }
}

/// Everything that was handled so far.
#[derive(Default)]
pub(crate) struct Record {
    /// The last station that each parcel came to.
    reached: BTreeMap<u32, u32>,
    /// Who handled its last scan.
    owner: BTreeMap<u32, String>,
    pub(crate) by: BTreeMap<String, u32>,
    /// Scans that were handled a second time.
    pub(crate) repeated: u32,
}

impl Record {
    /// Adds a scan. One that was handled already is delivered again at times; one whose predecessor was not handled yet is
    /// never delivered.
    pub(crate) fn add(&mut self, Scan { by, parcel, station }: Scan) -> Result<()> {
        let reached = self.reached.entry(parcel).or_default();
        if station > *reached + 1 {
            return Err(format!(
                "{by} handled station {station} of parcel {parcel} after {reached}"
            )
            .into());
        }
        self.repeated += u32::from(station <= *reached);
        *reached = station.max(*reached);
        *self.by.entry(by.clone()).or_default() += 1;
        self.owner.insert(parcel, by);
        Ok(())
    }

    /// How many scans a replica handled.
    pub(crate) fn handled_by(&self, name: &str) -> u32 {
        self.by.get(name).copied().unwrap_or_default()
    }

    /// The parcels that a replica handled last.
    pub(crate) fn parcels_of(&self, name: &str) -> BTreeSet<u32> {
        self.owner.iter().filter(|(_, owner)| *owner == name).map(|(parcel, _)| *parcel).collect()
    }

    /// Whether so many parcels came to this station.
    pub(crate) fn is_done(&self, parcels: u32, station: u32) -> bool {
        (1..=parcels).all(|parcel| self.reached.get(&parcel) == Some(&station))
    }
}
