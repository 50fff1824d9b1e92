//! What a program would make of what happened, against what another one made of it.

use mediary_log::gate::{Divergence, Rehearsal, Step};

use super::*;

/// A reaction of another program to wishes: of this name, and with what follows or nothing.
struct Other {
    name: &'static str,
    does: bool,
}

impl Reaction for Other {
    fn name(&self) -> &'static str {
        self.name
    }

    fn events(&self) -> Vec<&'static str> {
        vec!["playlist.downloads_requested"]
    }

    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal> {
        if self.does { downloads().plan(gate, cause) } else { Ok(Vec::new()) }
    }
}

impl Bench {
    fn rehearse(&self, reactions: Vec<Arc<dyn Reaction>>) -> Rehearsal {
        let (gate, head) = (self.fresh_gate().with_reactions(reactions), self.head());
        let rehearsal = tokio::task::block_in_place(|| gate.rehearse(1, head)).unwrap();
        assert_eq!(self.head(), head, "nothing is recorded");
        rehearsal
    }
}

fn of<'a>(divergences: &'a [Divergence], kind: &str) -> &'a Divergence {
    divergences.iter().find(|one| one.kind == kind).unwrap()
}

// PL-16.
// invariant: R-4
#[tokio::test(flavor = "multi_thread")]
async fn the_same_program_would_do_the_same() {
    let bench = Bench::new();
    // Before anybody knew it, nothing follows.
    bench.refresh(3);
    bench.wish();
    bench.react().await;
    // More than one append holds; then what was ended is wanted anew, and what was taken back is not.
    bench.refresh(70);
    bench.wish();
    bench.react().await;
    bench.refresh(75);
    bench.cancel_all();
    bench.wish();
    bench.react().await;
    bench.wish();
    bench.list(&playlist::Command::WithdrawDownloads);
    bench.react().await;
    // Still to come.
    bench.wish();
    assert_eq!(bench.requested().len(), 145);
    let rehearsal = bench.rehearse(vec![downloads()]);
    assert_eq!(rehearsal, Rehearsal { causes: 3, more: Vec::new(), fewer: Vec::new() });
}

// invariant: R-4
#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_would_do_more_or_fewer_is_told_with_the_first_cause() {
    let bench = Bench::new();
    bench.react().await;
    bench.refresh(3);
    bench.wish();
    let cause = bench.head();
    bench.react().await;
    let lazy = bench.rehearse(vec![Arc::new(Other { name: downloads().name(), does: false })]);
    assert_eq!((lazy.causes, lazy.more), (1, Vec::new()));
    let requested = of(&lazy.fewer, "download.requested");
    assert_eq!(
        (requested.count, requested.first_cause, &*requested.reaction),
        (3, cause, downloads().name())
    );
    let gone = bench.rehearse(Vec::new());
    assert_eq!((gone.causes, gone.fewer), (0, lazy.fewer));

    let greedy: Arc<dyn Reaction> = Arc::new(Other { name: "wishes-to-greed", does: true });
    let more = bench.rehearse(vec![downloads(), greedy]);
    assert_eq!((more.causes, more.fewer), (2, Vec::new()));
    let requested = of(&more.more, "job.queued");
    assert_eq!((requested.count, requested.first_cause, &*requested.reaction), (3, cause, "wishes-to-greed"));
}
