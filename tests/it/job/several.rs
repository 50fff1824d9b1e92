//! Several jobs in one mutation.

use super::*;

// Edge F9, A4: one mutation, one append, and an answer of its own for each id, in the order asked; repeated, the same.
// invariant: L-8
#[tokio::test(flavor = "multi_thread")]
async fn several_jobs_are_paused_by_one_mutation_each_with_its_own_answer() {
    const PAUSE: &str =
        "mutation($ids: [ID!]!, $command: ID) { jobPause(input: { ids: $ids, commandId: $command }) {
        results { id job { id state } userError { code } } position userErrors { code } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    client.limit_downloads(1).await;
    platform.site.faults().throttle("/media/*", CRAWL);
    begin_large(&platform).await;
    let queued = until("two wait for their turn", || async {
        let queued = client.jobs(json!({ "state": "QUEUED" })).await;
        (queued.len() == 2).then_some(queued)
    })
    .await;
    let [first, second] = queued.as_slice() else { unreachable!("there are two") };
    client.job_verb("jobCancel", id_of(second)).await;
    let unknown = "job-01890a5d-ac96-774b-bcce-b302099a8057";
    let ids = json!([id_of(second), unknown, id_of(first)]);
    let asked = json!({ "ids": ids, "command": "command-01890a5d-ac96-774b-bcce-b302099a8058" });
    let before = client.events_after(0).await.len() as u64;
    let paused = client.ask(PAUSE, asked.clone()).await["jobPause"].take();
    let results = paused["results"].as_array().unwrap();
    let told = results
        .iter()
        .map(|result| json!([result["id"], result["userError"]["code"], result["job"]["state"]]));
    let told: Vec<Value> = told.collect();
    let expected = [
        json!([ids[0], "JOB_ENDED", null]),
        json!([ids[1], "JOB_NOT_FOUND", null]),
        json!([ids[2], null, "PAUSED"]),
    ];
    assert_eq!(told, expected, "{paused}");
    // Whoever asks for one looks there.
    assert_eq!(
        paused["userErrors"],
        json!([{ "code": "JOB_ENDED" }, { "code": "JOB_NOT_FOUND" }]),
        "{paused}"
    );
    let again = client.ask(PAUSE, asked).await["jobPause"].take();
    assert_eq!(again, paused);
    let events = client.events_after(before).await;
    assert_eq!(events_of(&events, "job.paused").len(), 1, "asked twice, paused once");

    let many: Vec<String> =
        (0..501).map(|number| format!("job-01890a5d-ac96-774b-bcce-{number:012x}")).collect();
    for refused in [json!([]), json!([id_of(first), id_of(first)]), json!(many)] {
        let answer = client.ask_raw(PAUSE, json!({ "ids": refused })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("BAD_LIST"), "{answer}");
    }
    platform.site.faults().clear();
    platform.stop().await;
}
