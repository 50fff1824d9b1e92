//! Kills of the server while a file is made of another one, proved, and takes its place.

use mediary_tests::{Publisher, film};
use tokio::time::Instant;

use super::*;

/// Kills in every run; `TEST_ROUNDS` asks for more.
const KILLS_IN_EVERY_RUN: u64 = 4;

/// Far more bits than it needs, so that what is made of it is smaller, under the very name.
const FILM: &str = "-f lavfi -i testsrc2=s=640x360:r=24:d=4 -f lavfi -i sine=d=4 -c:v libx264 -preset ultrafast -crf 4 \
    -pix_fmt yuv420p -c:a aac";

/// The state of what a job came to, by the plan of the transcode: none before it has one.
async fn plan(client: &Client) -> Value {
    const DOCUMENT: &str = "{ transcodes(first: 1) { nodes {
        state failure { message } source { state } result { path blake3 state } plan { id state leftCount undoId } } } }";
    client.ask(DOCUMENT, json!({})).await["transcodes"]["nodes"][0].take()
}

async fn until_plan_is(client: &Client, state: &str) -> Value {
    until(&format!("the plan is {state}"), || async {
        let told = plan(client).await;
        let is_on_its_way = ["WANTED", "MADE"].iter().any(|state| told["state"] == json!(state));
        assert!(is_on_its_way, "{told}");
        (told["plan"]["state"] == json!(state)).then_some(told)
    })
    .await
}

async fn replace(client: &Client, file: &str) {
    const DOCUMENT: &str = "mutation($input: TranscodeStartInput!) {
        transcodeStart(input: $input) { userErrors { code message } } }";
    let wanted = json!({ "fileIds": [file], "profile": "mobile", "again": true, "replace": {} });
    let told = client.ask(DOCUMENT, json!({ "input": wanted })).await;
    assert_eq!(told["transcodeStart"]["userErrors"], json!([]));
}

async fn undo(client: &Client, id: &Value) {
    const DOCUMENT: &str =
        "mutation($input: PlanUndoInput!) { planUndo(input: $input) { userErrors { code message } } }";
    let told = client.ask(DOCUMENT, json!({ "input": { "id": id } })).await;
    assert_eq!(told["planUndo"]["userErrors"], json!([]));
}

// Issue 11, must hold 2: the original or the proved result is at its path, never neither, never half.
// invariant: F-28
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_while_a_file_is_replaced_leaves_the_original_or_the_proved_result() {
    let seed = seed();
    println!("seed {seed}; TEST_SEED chooses another");
    let mut random = Random::of(seed);
    let (publisher, folder) = (Publisher::start().await, ServerFolder::new());
    publisher.put("/film.mp4", "video/mp4", film(FILM, "mp4").await);
    let (mut server, mut client) = folder.serve().await;
    let story = client.start_download(json!({ "url": publisher.url("/film.mp4") }), "best").await;
    client.wait_story(&story).await;
    let files = client.ask("{ files { nodes { id path } } }", json!({})).await["files"]["nodes"].take();
    let file = files[0]["id"].as_str().unwrap().to_owned();
    let library = folder.configuration().library_folder();
    let place = library.join(files[0]["path"].as_str().unwrap());
    let original = fs::read(&place).unwrap();

    // How long it takes, if nobody is killed.
    let begun = Instant::now();
    replace(&client, &file).await;
    let told = until_plan_is(&client, "APPLIED").await;
    let takes_ms = begun.elapsed().as_millis() as u64;
    assert_eq!(told["plan"]["leftCount"], json!(0), "{told}");
    assert_eq!(library.join(told["result"]["path"].as_str().unwrap()), place, "it has the very name");
    undo(&client, &told["plan"]["undoId"]).await;
    until_plan_is(&client, "UNDONE").await;
    assert!(fs::read(&place).unwrap() == original);

    let unfinished = Staging::beside(&library);
    let mut lost = 0;
    for round in 1..=mediary_tools::rounds(KILLS_IN_EVERY_RUN) {
        replace(&client, &file).await;
        // At any moment of it, the last of which are those of the replacing itself; the first time, whatever else the
        // machine did while it was timed, in the middle of its making.
        let moment = match round {
            1 => {
                until("it is being made", || async { (!files_below(&unfinished).is_empty()).then_some(()) })
                    .await;
                0
            }
            _ if round % 3 == 0 => takes_ms * 9 / 10 + random.below(takes_ms / 5),
            _ => random.below(takes_ms),
        };
        tokio::time::sleep(Duration::from_millis(moment)).await;
        server.kill().await;
        let found = fs::read(&place).unwrap_or_else(|error| panic!("round {round}, at {moment} ms: {error}"));
        let is_original = found == original;
        lost += usize::from(is_original);

        (server, client) = folder.serve().await;
        let told = until_plan_is(&client, "APPLIED").await;
        assert_eq!(told["plan"]["leftCount"], json!(0), "round {round}: {told}");
        let made = fs::read(&place).unwrap();
        let blake3 = blake3::hash(&made).to_hex().to_string();
        assert_eq!(told["result"]["blake3"], json!(blake3), "round {round}: it is what was proved");
        assert!(is_original || found == made, "round {round}, at {moment} ms: it was neither");
        assert_eq!(
            (&told["source"]["state"], &told["result"]["state"]),
            (&json!("TRASHED"), &json!("PRESENT"))
        );
        until("nothing unfinished is left", || async { files_below(&unfinished).is_empty().then_some(()) })
            .await;

        undo(&client, &told["plan"]["undoId"]).await;
        if round % 2 == 0 {
            tokio::time::sleep(Duration::from_millis(random.below(200))).await;
            server.kill().await;
            let found = fs::read(&place).unwrap();
            assert!(found == original || found == made, "round {round}: taken back, it was neither");
            (server, client) = folder.serve().await;
        }
        let told = until_plan_is(&client, "UNDONE").await;
        assert!(fs::read(&place).unwrap() == original, "round {round}: {told}");
    }
    println!("{lost} kills were before it was replaced");
    assert!(lost > 0, "the kills must hit its making");
    let events = client.events_after(0).await;
    assert!(!events_of(&events, "job.attempt_lost").is_empty());
    for kind in ["file.lost", "file.changed", "file.replaced", "plan.stopped", "transcode.failed"] {
        assert!(events_of(&events, kind).is_empty(), "{:?}", events_of(&events, kind));
    }
    stop(server).await;
    verify(folder.data(), None).unwrap();
}
