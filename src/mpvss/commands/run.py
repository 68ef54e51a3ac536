"""Compose a command's configuration with Hydra, and run the command with it."""

import sys
from importlib import import_module
from typing import Any

import hydra
from omegaconf import DictConfig

import mpvss.commands.folder_name  # noqa: F401  # what the names of a sweep's folders are made with
from mpvss.building.conf_folder import conf_folder
from mpvss.commands.arguments import understood
from mpvss.commands.command_table import Command
from mpvss.commands.extras import check_plugins
from mpvss.commands.main import hear_ctrl_c
from mpvss.commands.quiet import hush_libraries


def run(command: Command) -> None:
    """Run a command with the arguments in `sys.argv`; several times, if they are those of a sweep."""
    sys.argv[1:] = understood(command, sys.argv[1:])
    check_plugins(sys.argv[1:])
    hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name=command.config)(CommandJob(command))()


class CommandJob:
    """What Hydra calls with a composed configuration: the command's ``main``, its errors reported.

    The command's module, and with it PyTorch, is imported when the configuration is known to be right. Launchers
    pickle this to run it in other processes.
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        self.__module__ = _module_of(command)  # after which Hydra names the job

    def __call__(self, cfg: DictConfig) -> Any:  # what main returns
        """Run the command."""
        from mpvss.commands.errors import report_errors

        return report_errors(self._run)(cfg)

    def _run(self, cfg: DictConfig) -> Any:
        hush_libraries()
        main = import_module(_module_of(self.command)).main
        hear_ctrl_c()
        return main(cfg)


def _module_of(command: Command) -> str:
    return f"mpvss.commands.{command.config}"
