// Runs behind the script of docs/verify.html: arguments are a checkpoint or nothing, then excerpts.
const [checkpoint, ...excerpts] = Deno.args;
for (const path of excerpts) {
  let answer;
  try {
    answer = await verifyExcerpt(excerptIn(await Deno.readTextFile(path)), checkpoint);
  } catch (error) {
    answer = { why: error.message };
  }
  const { lines, stretches, ...said } = answer;
  console.log(JSON.stringify({ ...said, stretches: stretches?.map((one) => [one.firstPosition, one.lastPosition, one.headHash]) }));
}
