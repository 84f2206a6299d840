//! What each recording of a jam takes up on the disk. It is counted as it is written, because to look would be to read all of it.

use std::collections::BTreeMap;

use redb::{Database, ReadableDatabase, ReadableTable, WriteTransaction};

use super::store::{BLOCKS, SIZES, StoreError, WHOLES, opened, told};
use crate::show::jam::Millis;
use crate::show::jam::code::JamCode;

type Place = (JamCode, Millis);

#[derive(Default)]
pub struct Sizes(BTreeMap<Place, u64>);

impl Sizes {
    /// A file from before there were sizes is looked through once.
    pub fn read(database: &Database) -> Result<Self, StoreError> {
        let transaction = database.begin_read().map_err(told)?;
        let mut sizes = Self::default();
        if let Some(known) = opened(transaction.open_table(SIZES))? {
            for entry in known.iter().map_err(told)? {
                let (place, bytes) = entry.map_err(told)?;
                sizes.add(place.value(), bytes.value());
            }
            return Ok(sizes);
        }
        for table in [BLOCKS, WHOLES] {
            let Some(all) = opened(transaction.open_table(table))? else { continue };
            for entry in all.iter().map_err(told)? {
                let (place, value) = entry.map_err(told)?;
                let (code, made, _) = place.value();
                sizes.add((code, made), value.value().len() as u64);
            }
        }
        sizes.write_all(database)?;
        Ok(sizes)
    }

    fn add(&mut self, (code, made): (&str, Millis), bytes: u64) {
        // What has another name was not written by us.
        if let Ok(code) = code.parse() {
            *self.0.entry((code, made)).or_default() += bytes;
        }
    }

    fn write_all(&self, database: &Database) -> Result<(), StoreError> {
        let transaction = database.begin_write().map_err(told)?;
        let all: Vec<_> = self.0.keys().map(|place| (*place, 0)).collect();
        self.write(&transaction, &all)?;
        transaction.commit().map_err(told)
    }

    /// As they will be when these have grown.
    pub fn write(&self, transaction: &WriteTransaction, grown: &[(Place, u64)]) -> Result<(), StoreError> {
        let mut sizes = transaction.open_table(SIZES).map_err(told)?;
        let mut after = BTreeMap::new();
        for (place, bytes) in grown {
            *after.entry(*place).or_insert_with(|| self.0.get(place).copied().unwrap_or(0)) += bytes;
        }
        for ((code, made), bytes) in after {
            sizes.insert((code.as_str(), made), bytes).map_err(told)?;
        }
        Ok(())
    }

    pub fn grow(&mut self, grown: &[(Place, u64)]) {
        grown.iter().for_each(|(place, bytes)| *self.0.entry(*place).or_default() += bytes);
    }

    pub fn forget(&mut self, place: Place) {
        self.0.remove(&place);
    }

    pub fn iter(&self) -> impl Iterator<Item = (Place, u64)> {
        self.0.iter().map(|(place, bytes)| (*place, *bytes))
    }

    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}
