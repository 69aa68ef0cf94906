// Clusters that exist beside the assembly: whoever starts one (simulated, or a real one by kubeconfig) makes it known here.
import type { Store, Table } from '../../storage/store.ts';

export interface RegisteredCluster {
  readonly name: string;
  readonly region: string;
  /** `https://…` of the Kubernetes API. */
  readonly endpoint: string;
  /** PEM, base64-encoded. */
  readonly certificateAuthorityData: string;
}

export class ClusterRegistry {
  private readonly table: Table<RegisteredCluster>;

  constructor(store: Store) {
    this.table = store.table<RegisteredCluster>('eks/clusters');
  }

  /** Makes `DescribeCluster` answer it; a cluster of the same name and region is replaced. */
  register(cluster: RegisteredCluster): void {
    this.table.put(`${cluster.region}/${cluster.name}`, cluster);
  }

  find(region: string, name: string): RegisteredCluster | undefined {
    return this.table.get(`${region}/${name}`);
  }

  list(region: string): RegisteredCluster[] {
    return [...this.table.values()].filter((cluster) => cluster.region === region);
  }
}
