import { Failed, Loading } from "../../parts/states";
import { Acts } from "./Acts";
import { Facts } from "./Facts";
import { useFile } from "./File";
import "../../parts/library.css";

/** A file in its drawer. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useFile(id);
  if (isLoading) {
    return <Loading />;
  }
  if (data?.file == null) {
    return problem === undefined ? (
      <p className="q">It was not kept yet.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  return (
    <>
      <Facts file={data.file} />
      <div className="now-acts">
        <Acts file={data.file} />
      </div>
    </>
  );
}
