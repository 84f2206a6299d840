//! What comes in over the network, as zones show it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::map::Place;
use crate::frame::exchange::Exchange;
use crate::frame::leds::{FeedBoard, FeedFrame};
use crate::show::Show;
use crate::show::ids::FeedId;
use crate::show::light::Rgb;
use crate::show::light::feed::LightFeed;
use crate::show::time::ShowTime;

struct Seen {
    feed: Arc<LightFeed>,
    slot: Arc<Exchange<FeedFrame>>,
    newest: Option<Box<FeedFrame>>,
}

#[derive(Default)]
pub struct Feeds {
    seen: BTreeMap<FeedId, Seen>,
    of: Arc<BTreeMap<FeedId, Arc<LightFeed>>>,
}

impl Feeds {
    /// Takes what has come.
    pub fn look(&mut self, show: &Show, board: &FeedBoard) {
        if !Arc::ptr_eq(&self.of, &show.light_feeds) {
            self.of = show.light_feeds.clone();
            let mut before = std::mem::take(&mut self.seen);
            for (_, Seen { slot, newest, .. }) in before.extract_if(.., |id, _| !self.of.contains_key(id)) {
                // Its slot may live on, for one of the same name.
                newest.into_iter().for_each(|newest| slot.give_back(newest));
            }
            board.keep_only(|id| self.of.contains_key(id));
            let seen = |(id, feed): (&FeedId, &Arc<LightFeed>)| {
                let newest = before.remove(id).and_then(|seen| seen.newest);
                (id.clone(), Seen { feed: feed.clone(), slot: board.slot(id), newest })
            };
            self.seen = self.of.iter().map(seen).collect();
        }
        for Seen { slot, newest, .. } in self.seen.values_mut() {
            if let Some(before) = slot.take().and_then(|fresh| newest.replace(fresh)) {
                slot.give_back(before);
            }
        }
    }

    pub fn is_live(&self, feed: &FeedId, at: ShowTime) -> bool {
        self.frame(feed).is_some_and(|(_, frame)| at < frame.until)
    }

    fn frame(&self, feed: &FeedId) -> Option<(&LightFeed, &FeedFrame)> {
        let seen = self.seen.get(feed)?;
        Some((&seen.feed, seen.newest.as_ref()?))
    }

    /// Pixel for pixel along the wire; or, where the feed is a picture, what lies at each LED's place.
    pub fn show(&self, feed: &FeedId, places: &[Place], out: &mut [Rgb]) {
        let Some((feed, frame)) = self.frame(feed) else { return out.fill([0.0; 3]) };
        let pixel = |index: usize| frame.pixels.get(index).copied().unwrap_or_default();
        let light = |pixel: [u8; 3]| pixel.map(|channel| f32::from(channel) / 255.0);
        let Some(columns) = feed.columns.map(|columns| columns.max(1) as usize) else {
            return out.iter_mut().enumerate().for_each(|(index, place)| *place = light(pixel(index)));
        };
        let rows = frame.pixels.len().div_ceil(columns).max(1);
        let cell = |part: f32, count: usize| ((part * count as f32) as usize).min(count - 1);
        for (pixel_out, place) in out.iter_mut().zip(places) {
            *pixel_out = light(pixel(cell(place.y, rows) * columns + cell(place.x, columns)));
        }
    }
}
