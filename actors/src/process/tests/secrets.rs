use super::*;

// invariant: S-1
#[tokio::test]
async fn a_secret_that_a_program_is_given_is_in_nothing_that_it_says() {
    let secret = "first line of it\nhidden-word";
    let spec = shell("echo \"$TOKEN\"; echo \"at $TOKEN\" >&2; echo abc").secret_env("TOKEN", secret);
    assert!(!format!("{spec:?}").contains("hidden-word"));
    let mut running = runner().spawn(&spec.in_order()).unwrap();
    let mut told = Vec::new();
    while let Some(line) = timeout(PATIENCE, running.next_line()).await.expect("lines end") {
        told.push(line.text);
    }
    assert_eq!(told, ["***", "***", "at ***", "***", "abc"]);
    let ended = end(running).await;
    assert!(!format!("{ended:?}").contains("hidden-word"), "{ended:?}");
}
