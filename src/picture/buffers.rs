//! Frames that are painted again and again, and what each of them holds: only what differs is painted.

use super::damage::{self, Damage};
use super::easel::Easel;
use super::list::{DisplayList, Item};
use super::pictures::Pictures;
use crate::frame::picture::{Frame, Layout};
use crate::frame::pool::{BufferId, FramePool};
use crate::show::geometry::Canvas;
use crate::show::time::{FrameNumber, ShowTime};

pub struct Buffers {
    pool: FramePool,
    held: Vec<Option<Vec<Item>>>,
    /// What was painted last. It keeps its buffer from being painted over.
    last: Option<(Frame, BufferId)>,
}

impl Buffers {
    pub fn new(canvas: Canvas, count: usize) -> Self {
        Self { pool: FramePool::new(Layout::new(canvas), count), held: vec![None; count], last: None }
    }

    pub fn canvas(&self) -> Canvas {
        self.pool.layout().canvas
    }

    pub fn free(&self) -> usize {
        self.pool.free()
    }

    pub fn last(&self) -> Option<&Frame> {
        self.last.as_ref().map(|(frame, _)| frame)
    }

    /// The last frame, if it shows the list already.
    pub fn same(&self, list: &DisplayList) -> Option<&Frame> {
        let (frame, buffer) = self.last.as_ref()?;
        let held = self.held.get(buffer.0)?.as_deref();
        (held == Some(list.items())).then_some(frame)
    }

    /// Paints what a free buffer lacks of the list; None if there is none.
    pub fn paint(
        &mut self,
        list: &DisplayList,
        pictures: &Pictures,
        easel: &mut Easel,
        (number, at): (FrameNumber, ShowTime),
    ) -> Option<Frame> {
        let mut target = self.pool.try_take()?;
        let id = target.id();
        let canvas = list.canvas().bounds();
        let held = self.held.get_mut(id.0)?;
        let damage = match held {
            Some(items) => damage::between(items, list.items(), canvas),
            None => Damage::whole(canvas),
        };
        easel.paint(list, pictures, &mut target, &damage);
        let items = held.get_or_insert_with(|| Vec::with_capacity(list.capacity()));
        items.clear();
        items.extend_from_slice(list.items());
        let frame = target.freeze(number, at);
        self.last = Some((frame.clone(), id));
        Some(frame)
    }
}
