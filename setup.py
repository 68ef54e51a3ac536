"""What pyproject.toml cannot say: which packages there are, conf/ among them, which a wheel has as mpvss/conf."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages("src"), "mpvss.conf"],
    package_dir={"": "src", "mpvss.conf": "conf"},
    package_data={"mpvss": ["py.typed"], "mpvss.conf": ["**/*.yaml"]},
)
