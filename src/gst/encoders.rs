//! Which H.264 encoders there can be, which of them work here, and which is taken.

use gstreamer::prelude::*;
use gstreamer::{ElementFactory, State};

use super::GstError;

/// An H.264 encoder that we know how to set up.
#[derive(Debug, PartialEq, Eq)]
pub struct Encoder {
    pub element: &'static str,
    /// Its text in `pipelines/`.
    pub pipeline: &'static str,
    /// The property that sets the bit rate while it runs, and how many of its units are one kbit/s.
    pub bitrate: Option<(&'static str, u32)>,
    /// A factory may be there without the device that it needs.
    needs_device: bool,
}

/// Best first: hardware leaves the processor to the picture.
pub const CANDIDATES: [Encoder; 5] = [
    Encoder { element: "nvh264enc", pipeline: "encode-nvh264enc", bitrate: Some(("bitrate", 1)), needs_device: true },
    Encoder { element: "vah264enc", pipeline: "encode-vah264enc", bitrate: Some(("bitrate", 1)), needs_device: true },
    Encoder { element: "v4l2h264enc", pipeline: "encode-v4l2h264enc", bitrate: None, needs_device: true },
    Encoder { element: "x264enc", pipeline: "encode-x264enc", bitrate: Some(("bitrate", 1)), needs_device: false },
    Encoder {
        element: "openh264enc",
        pipeline: "encode-openh264enc",
        bitrate: Some(("bitrate", 1000)),
        needs_device: false,
    },
];

/// `choice` is an element's name, or `auto` for the best that works.
pub fn choose(choice: &str) -> Result<&'static Encoder, GstError> {
    if choice == "auto" {
        return CANDIDATES.iter().find(|candidate| candidate.works().is_ok()).ok_or(GstError::NoEncoder);
    }
    let unusable = |why: &str| GstError::UnusableEncoder { name: choice.to_owned(), why: why.to_owned() };
    let known = CANDIDATES.iter().find(|candidate| candidate.element == choice);
    let encoder =
        known.ok_or_else(|| unusable("it is not one of nvh264enc, vah264enc, v4l2h264enc, x264enc, openh264enc"))?;
    encoder.works().map_err(unusable)?;
    Ok(encoder)
}

impl Encoder {
    pub fn works(&self) -> Result<(), &'static str> {
        let factory = ElementFactory::find(self.element).ok_or("its plug-in is not installed")?;
        if !self.needs_device {
            return Ok(());
        }
        let element = factory.create().build().map_err(|_| "it can not be made")?;
        let ready = element.set_state(State::Ready);
        // Whatever came of it, an element must end in Null before it is dropped.
        let _ = element.set_state(State::Null);
        ready.map(|_| ()).map_err(|_| "its device is missing or busy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_one_that_works_or_says_why_not() {
        crate::gst::start().unwrap();
        assert!(CANDIDATES.contains(choose("auto").unwrap()));
        assert_eq!(choose("x264enc").unwrap().element, "x264enc");
        assert!(matches!(choose("sharpener"), Err(GstError::UnusableEncoder { .. })));
    }
}
