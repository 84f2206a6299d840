//! A fixed number of picture buffers. An empty pool is a counted skip for the engine, never a wait or an allocation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::picture::{Frame, Layout};
use crate::show::time::{FrameNumber, ShowTime};

/// Which buffer of its pool this is, so that the engine can remember what each one last held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BufferId(pub usize);

/// The bytes of a picture. Who holds the only reference may write.
pub(super) struct Buffer {
    id: BufferId,
    layout: Layout,
    bytes: Box<[u8]>,
}

impl Buffer {
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The pool keeps a reference to every buffer that is not being painted; a buffer to which it has the only one is free. So
/// giving a frame back is a plain drop wherever that happens, and a frame's reference count is never allocated anew.
type Places = Arc<Mutex<Vec<Option<Arc<Buffer>>>>>;

/// The lock is taken by whoever paints, for moments; those who only hold frames never touch it.
fn lock(places: &Places) -> MutexGuard<'_, Vec<Option<Arc<Buffer>>>> {
    places.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone)]
pub struct FramePool {
    layout: Layout,
    places: Places,
}

impl FramePool {
    /// Black pictures, ready to be painted over.
    pub fn new(layout: Layout, size: usize) -> Self {
        let black = |index| {
            let mut bytes = vec![128; layout.size()].into_boxed_slice();
            layout.planes_mut(&mut bytes)[0].fill(16);
            Some(Arc::new(Buffer { id: BufferId(index), layout, bytes }))
        };
        Self { layout, places: Arc::new(Mutex::new((0..size).map(black).collect())) }
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    pub fn size(&self) -> usize {
        lock(&self.places).len()
    }

    pub fn free(&self) -> usize {
        let is_free = |place: &&Option<Arc<Buffer>>| place.as_ref().is_some_and(|buffer| Arc::strong_count(buffer) == 1);
        lock(&self.places).iter().filter(is_free).count()
    }

    /// The first free buffer: taking the same few again and again keeps them in the processor's cache, and what they hold
    /// close to what is to be painted.
    pub fn try_take(&self) -> Option<FrameMut> {
        let mut places = lock(&self.places);
        let buffer = places.iter_mut().find_map(|place| {
            place.as_mut().and_then(Arc::get_mut)?;
            place.take()
        })?;
        Some(FrameMut { buffer: Some(buffer), layout: self.layout, home: self.places.clone() })
    }
}

/// A buffer being painted: one owner, still holding what it held last.
pub struct FrameMut {
    /// Present until it is frozen or dropped, and the only reference.
    buffer: Option<Arc<Buffer>>,
    layout: Layout,
    home: Places,
}

impl FrameMut {
    pub fn id(&self) -> BufferId {
        self.buffer.as_ref().map_or(BufferId(usize::MAX), |buffer| buffer.id)
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    pub fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        match self.buffer.as_mut().and_then(Arc::get_mut) {
            Some(buffer) => self.layout.planes_mut(&mut buffer.bytes),
            None => [&mut [], &mut [], &mut []],
        }
    }

    pub fn planes(&self) -> [&[u8]; 3] {
        self.buffer.as_ref().map_or([&[], &[], &[]], |buffer| self.layout.planes(&buffer.bytes))
    }

    pub fn freeze(mut self, number: FrameNumber, at: ShowTime) -> Frame {
        let buffer = self.give_back().expect("a buffer is present until the drop");
        Frame::new(number, at, buffer)
    }

    fn give_back(&mut self) -> Option<Arc<Buffer>> {
        let buffer = self.buffer.take()?;
        if let Some(place) = lock(&self.home).get_mut(buffer.id.0) {
            *place = Some(buffer.clone());
        }
        Some(buffer)
    }
}

impl Drop for FrameMut {
    fn drop(&mut self) {
        self.give_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::pixels::allocations;
    use crate::show::geometry::Canvas;

    #[test]
    fn buffers_come_home_and_an_empty_pool_says_so() {
        let pool = FramePool::new(Layout::new(Canvas { width: 64, height: 64 }), 2);
        let first = pool.try_take().expect("a buffer").freeze(FrameNumber(1), ShowTime(0));
        let second = pool.try_take().expect("a buffer");
        assert!(pool.try_take().is_none());
        let shared = first.again(FrameNumber(2), ShowTime(1));
        drop(first);
        assert_eq!(pool.free(), 0);
        drop(shared);
        drop(second);
        assert_eq!(pool.free(), 2);
    }

    #[test]
    fn a_buffer_goes_round_without_an_allocation() {
        let pool = FramePool::new(Layout::new(Canvas { width: 64, height: 64 }), 2);
        let allocations = allocations::during(|| {
            for number in 0..10 {
                let frame = pool.try_take().expect("a buffer").freeze(FrameNumber(number), ShowTime(0));
                assert_eq!(frame.planes()[0][0], 16);
            }
        });
        assert_eq!(allocations, 0);
    }
}
