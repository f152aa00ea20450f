# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine that made an observation, which the sentences name."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Observer:
    """A machine that tests servers.

    Attributes:
        name: its name in a sentence.
        trusting: how to make it trust a certificate, an imperative with ``{}`` for the certificate.
    """

    name: str
    trusting: str

    def trust(self, certificate: str) -> str:
        """How to make this machine trust a certificate, an imperative."""
        return self.trusting.format(certificate)

    @property
    def check_network(self) -> str:
        """The advice if the machine's own network is the cause."""
        return f"Check {self.name}'s network, DNS, VPN and firewall. Change no mail setting."


THIS_MACHINE = Observer("this machine", "set ca_path to {}")
THE_PC = Observer("the PC", "make the PC trust {}, for example by group policy")
