//! The properties of one object, as they came: any of them may be missing or of another type, because older and newer
//! NetworkManagers tell other things.

use std::collections::HashMap;

use zbus::{OwnedObjectPath, OwnedVariant};

#[derive(Debug, Default)]
pub struct Properties(pub HashMap<String, OwnedVariant>);

/// How "nothing" is written where a path must be.
const NOTHING: &str = "/";

impl Properties {
    fn get<'a, T: TryFrom<&'a OwnedVariant>>(&'a self, name: &str) -> Option<T> {
        T::try_from(self.0.get(name)?).ok()
    }

    fn owned<T: TryFrom<OwnedVariant>>(&self, name: &str) -> Option<T> {
        T::try_from(self.0.get(name)?.try_clone().ok()?).ok()
    }

    pub fn u32(&self, name: &str) -> Option<u32> {
        self.get(name)
    }

    pub fn i64(&self, name: &str) -> Option<i64> {
        self.get(name)
    }

    pub fn u8(&self, name: &str) -> Option<u8> {
        self.get(name)
    }

    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.get::<&str>(name).map(str::to_owned)
    }

    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.owned(name)
    }

    pub fn path(&self, name: &str) -> Option<OwnedObjectPath> {
        self.owned::<OwnedObjectPath>(name).filter(|path| path.as_str() != NOTHING)
    }

    pub fn paths(&self, name: &str) -> Option<Vec<OwnedObjectPath>> {
        self.owned(name)
    }

    /// State and reason.
    pub fn pair(&self, name: &str) -> Option<(u32, u32)> {
        self.owned(name)
    }

    pub fn maps(&self, name: &str) -> Option<Vec<HashMap<String, OwnedVariant>>> {
        self.owned(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zbus::{ObjectPath, Variant};

    fn properties(pairs: Vec<(&str, Variant<'_>)>) -> Properties {
        let own = |(name, value): (&str, Variant<'_>)| (name.to_owned(), value.try_to_owned().unwrap());
        Properties(pairs.into_iter().map(own).collect())
    }

    #[test]
    fn what_is_there_is_read_and_what_is_not_or_is_something_else_is_nothing() {
        let path = |text| ObjectPath::try_from(text).unwrap();
        let known = properties(vec![
            ("State", Variant::from(100_u32)),
            ("Ssid", Variant::from(vec![104_u8, 0xff])),
            ("Device", Variant::from(path("/a"))),
            ("None", Variant::from(path("/"))),
            ("Checkpoints", Variant::from(vec![path("/c"), path("/d")])),
            ("StateReason", Variant::from((120_u32, 7_u32))),
            ("AddressData", Variant::from(vec![HashMap::from([("address", Variant::from("10.0.0.7"))])])),
        ]);
        assert_eq!((known.u32("State"), known.u32("Ssid"), known.u32("Missing")), (Some(100), None, None));
        assert_eq!(known.bytes("Ssid"), Some(vec![104, 0xff]));
        assert_eq!((known.path("Device").map(|path| path.to_string()), known.path("None")), (Some("/a".to_owned()), None));
        assert_eq!(known.paths("Checkpoints").map(|paths| paths.len()), Some(2));
        assert_eq!(known.pair("StateReason"), Some((120, 7)));
        let address = known.maps("AddressData").unwrap()[0]["address"].try_clone().unwrap();
        assert_eq!(String::try_from(address).unwrap(), "10.0.0.7");
    }
}
