"""Deployments in a row at `--time-scale 600`: a dozen here, `TEAL_SOAK_DEPLOYMENTS` of them in `make soak`."""

import os

from soak import Soak


def test_deployments_in_a_row_lose_and_leave_nothing(start_server):
    server = start_server(time_scale=600)
    seed = int(os.environ.get("TEAL_SOAK_SEED", "1"))
    soak = Soak(server, seed)
    soak.run(int(os.environ.get("TEAL_SOAK_DEPLOYMENTS", "12")), lambda line: print(line, flush=True))
    soak.assert_nothing_is_left()
    print(f"seed {seed}: {soak.ended}, {soak.deaths} deaths, {soak.requests} requests, none lost")
