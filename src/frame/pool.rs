//! A fixed number of picture buffers. An empty pool is a counted skip for the engine, never a wait or an allocation.

use std::sync::Arc;

use crossbeam_queue::ArrayQueue;

use super::picture::{Frame, Layout};
use crate::show::time::{FrameNumber, ShowTime};

/// Which buffer of its pool this is, so that the engine can remember what each one last held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BufferId(pub usize);

struct Slot {
    id: BufferId,
    bytes: Box<[u8]>,
}

#[derive(Clone)]
pub struct FramePool {
    layout: Layout,
    size: usize,
    free: Arc<ArrayQueue<Slot>>,
}

impl FramePool {
    /// Black pictures, ready to be painted over.
    pub fn new(layout: Layout, size: usize) -> Self {
        let free = ArrayQueue::new(size.max(1));
        for index in 0..size {
            let mut bytes = vec![128; layout.size()].into_boxed_slice();
            layout.planes_mut(&mut bytes)[0].fill(16);
            // The queue has exactly `size` places.
            let _ = free.push(Slot { id: BufferId(index), bytes });
        }
        Self { layout, size, free: Arc::new(free) }
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn free(&self) -> usize {
        self.free.len()
    }

    pub fn try_take(&self) -> Option<FrameMut> {
        let slot = self.free.pop()?;
        Some(FrameMut { buffer: PooledBuffer { layout: self.layout, slot: Some(slot), home: self.free.clone() } })
    }
}

/// Bytes that go home when dropped.
pub(super) struct PooledBuffer {
    layout: Layout,
    /// Present until the drop.
    slot: Option<Slot>,
    home: Arc<ArrayQueue<Slot>>,
}

impl PooledBuffer {
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.slot.as_ref().map_or(&[], |slot| &slot.bytes)
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            // There is a place for every slot that was ever taken.
            let _ = self.home.push(slot);
        }
    }
}

/// A buffer being painted: one owner, still holding what it held last.
pub struct FrameMut {
    buffer: PooledBuffer,
}

impl FrameMut {
    pub fn id(&self) -> BufferId {
        self.buffer.slot.as_ref().map_or(BufferId(usize::MAX), |slot| slot.id)
    }

    pub fn layout(&self) -> Layout {
        self.buffer.layout
    }

    pub fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        match &mut self.buffer.slot {
            Some(slot) => self.buffer.layout.planes_mut(&mut slot.bytes),
            None => [&mut [], &mut [], &mut []],
        }
    }

    pub fn planes(&self) -> [&[u8]; 3] {
        self.buffer.layout.planes(self.buffer.bytes())
    }

    pub fn freeze(self, number: FrameNumber, at: ShowTime) -> Frame {
        Frame::new(number, at, self.buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
