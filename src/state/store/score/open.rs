//! What of the show may be in a score: all that is seen and heard, without secrets. Destinations, downloads and tags are neither,
//! and their addresses may have secrets in them, so they stay out as a whole.

use std::sync::Arc;

use crate::show::Show;
use crate::show::input::Input;
use crate::state::event::Event;

pub fn open_show(show: &Show) -> Show {
    let inputs = show.inputs.iter().map(|(id, input)| (id.clone(), open_input(input))).collect();
    Show {
        inputs: Arc::new(inputs),
        destinations: Arc::default(),
        downloads: Arc::default(),
        nfc: Arc::default(),
        ..show.clone()
    }
}

fn open_input(input: &Arc<Input>) -> Arc<Input> {
    Arc::new(Input::clone(input).without_secrets())
}

pub fn open_events(events: &[Event]) -> Vec<Event> {
    events.iter().filter_map(open_event).collect()
}

fn open_event(event: &Event) -> Option<Event> {
    match event {
        Event::DestinationSaved { .. }
        | Event::DestinationRemoved { .. }
        | Event::DownloadSaved { .. }
        | Event::DownloadRemoved { .. }
        | Event::NfcConfigured { .. }
        | Event::TagSaved { .. }
        | Event::TagRemoved { .. }
        | Event::TagTapped { .. }
        | Event::AssociationChanged { .. } => None,
        Event::InputSaved { input } => Some(Event::InputSaved { input: open_input(input) }),
        event => Some(event.clone()),
    }
}
