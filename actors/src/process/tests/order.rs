use super::*;

// Two threads read two pipes, and a busy machine has time for one of them: a word is late by a row, or by many.
#[tokio::test]
async fn what_is_said_in_order_is_told_in_order() {
    const ROUNDS: usize = 3000;
    let script = format!(
        "i=0; while [ $i -lt {ROUNDS} ]; do echo \"ERROR: of $i\" >&2; echo \"row $i\"; i=$((i+1)); done"
    );
    let mut running = runner().spawn(&shell(&script).unrecorded(&["row "]).in_order()).unwrap();
    let mut told = Vec::new();
    while let Some(line) = timeout(PATIENCE, running.next_line()).await.expect("lines end") {
        told.push((line.source, line.text));
    }
    let said = (0..ROUNDS).flat_map(|round| {
        [(Source::Stderr, format!("ERROR: of {round}")), (Source::Stdout, format!("row {round}"))]
    });
    assert_eq!(told, said.collect::<Vec<_>>());
    let ended = end(running).await;
    assert!(ended.is_clean(), "{ended:?}");
    assert_eq!(ended.output_tail.last().unwrap(), "ERROR: of 2999", "rows are no words");
}
