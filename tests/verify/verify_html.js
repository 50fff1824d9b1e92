// Runs behind the script of docs/verify.html: arguments are a checkpoint or nothing, then bundles.
const [checkpoint, ...bundles] = Deno.args;
for (const bundle of bundles) {
  const file = await Deno.open(bundle);
  console.log(JSON.stringify(await verifyBundle(file.readable, checkpoint)));
}
