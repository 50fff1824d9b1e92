//! What makes an edition whole once it is at the end of the log: its indexes, and that all of it is on the disk.

use crate::{
    descriptor,
    fault::{End, STOPPED, chain, is_passing},
    feed::{Feeder, RETRY_MIN},
    handle::Fault,
    spawn,
    view::View,
};

impl Feeder {
    /// Makes the indexes once it is nearly at the end of the log; it is told to be there after that.
    pub(crate) fn complete<V: View>(&mut self) -> Result<(), End> {
        if self.is_near_the_end() { self.finish::<V>() } else { Ok(()) }
    }

    /// Makes the indexes, wherever it is: nothing more is folded, or little.
    pub(crate) fn finish<V: View>(&mut self) -> Result<(), End> {
        let mut wait = RETRY_MIN;
        while !self.store.is_built() {
            match self.store.complete::<V>() {
                Ok(()) => self.told.tell(|status| status.is_built = true),
                Err(error) if is_passing(&error) => self.wait_with(&chain(&error), &mut wait)?,
                Err(error) => {
                    let reason = format!("the indexes can't be made: {}", chain(&error));
                    return Err(End::Faulty(Fault { position: self.place.position, code: STOPPED, reason }));
                }
            }
        }
        Ok(())
    }

    /// Brings to the disk what was put off while the file was built: most of it beside all else, and then the rest.
    pub(crate) fn settle(&mut self) -> Result<(), End> {
        if !self.store.is_built() || self.store.is_settled() {
            return Ok(());
        }
        match self.settling.take() {
            None => {
                let path = self.store.path().to_owned();
                let sync = move || descriptor::of(&path)?.sync_all();
                self.settling = Some(spawn::aside(&self.runtime, sync));
            }
            Some(settling) if !settling.is_finished() => self.settling = Some(settling),
            // What went wrong there goes wrong again here, where it is told.
            Some(_) => {
                let mut wait = RETRY_MIN;
                while let Err(error) = self.store.settle() {
                    if !is_passing(&error) {
                        let reason = format!("the view can't be brought to the disk: {}", chain(&error));
                        let position = self.place.position;
                        return Err(End::Faulty(Fault { position, code: STOPPED, reason }));
                    }
                    self.wait_with(&chain(&error), &mut wait)?;
                }
                self.told.tell(|status| status.trouble = None);
            }
        }
        Ok(())
    }
}
