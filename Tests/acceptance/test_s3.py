"""Amazon S3 through the stock clients: buckets, objects, parts, checksums, presigned URLs, and what a crash leaves."""

import base64
import binascii
import contextlib
import hashlib
import http.client
import random
import re
import subprocess
import threading
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from server import CLI, wait_until

MIB = 1 << 20


@pytest.fixture
def s3(server):
    return server.client("s3")


@pytest.fixture
def bucket(s3) -> str:
    s3.create_bucket(Bucket="things")
    return "things"


def aws(server, *arguments, check=True, **options):
    return subprocess.run([CLI, *arguments], env=server.client_environment(), check=check, capture_output=True, text=True,
                          timeout=120, **options)


def code_of(call, *arguments, **parameters) -> str:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    return caught.value.response["Error"]["Code"]


def keys(s3, bucket, **more) -> list[str]:
    return [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, **more).get("Contents", [])]


def files(server) -> list:
    return [path for path in (server.data / "objects").rglob("*") if path.is_file()]


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


# The aws CLI

def test_the_cli_makes_copies_lists_and_removes(server, tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    assert aws(server, "s3", "mb", "s3://things").stdout == "make_bucket: things\n"
    aws(server, "s3", "cp", str(tmp_path / "a.txt"), "s3://things/folder/a.txt")
    assert "PRE folder/" in aws(server, "s3", "ls", "s3://things").stdout
    assert aws(server, "s3", "ls", "s3://things/folder/").stdout.split()[-2:] == ["5", "a.txt"]
    head = aws(server, "s3api", "head-object", "--bucket", "things", "--key", "folder/a.txt", "--query", "[ContentLength,ContentType]")
    assert head.stdout.split() == ["[", "5,", '"text/plain"', "]"]
    missing = aws(server, "s3api", "head-object", "--bucket", "things", "--key", "nothing", check=False)
    assert missing.returncode != 0 and "(404)" in missing.stderr and "Not Found" in missing.stderr
    assert aws(server, "s3", "cp", "s3://things/folder/a.txt", "-").stdout == "hello"
    refused = aws(server, "s3", "rb", "s3://things", check=False)
    assert refused.returncode != 0 and "BucketNotEmpty" in refused.stderr
    aws(server, "s3", "rm", "s3://things/folder/a.txt")
    aws(server, "s3", "rb", "s3://things")
    assert aws(server, "s3", "ls").stdout == ""
    assert files(server) == []


def test_the_cli_syncs_a_tree_both_ways(server, tmp_path):
    source = tmp_path / "source"
    for name, size in {"a": 0, "b c/d": 10, "ä/ö+ü&%.txt": 100, "large": 9 * MIB}.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(noise(size))
    aws(server, "s3", "mb", "s3://tree")
    aws(server, "s3", "sync", str(source), "s3://tree/x")
    assert aws(server, "s3", "sync", str(source), "s3://tree/x").stdout == ""
    aws(server, "s3", "sync", "s3://tree/x", str(tmp_path / "back"))
    for path in source.rglob("*"):
        if path.is_file():
            assert (tmp_path / "back" / path.relative_to(source)).read_bytes() == path.read_bytes()
    aws(server, "s3", "rb", "s3://tree", "--force")
    assert files(server) == []


# Buckets

def test_buckets_have_names_owners_and_regions(server, s3):
    assert code_of(s3.create_bucket, Bucket="ab") == "InvalidBucketName"
    assert code_of(s3.create_bucket, Bucket="10.0.0.1") == "InvalidBucketName"
    s3.create_bucket(Bucket="first")
    s3.create_bucket(Bucket="first")
    europe = server.client("s3", region="eu-west-1")
    assert code_of(europe.create_bucket, Bucket="second") == "IllegalLocationConstraintException"
    europe.create_bucket(Bucket="second", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert code_of(europe.create_bucket, Bucket="second", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}) == "BucketAlreadyOwnedByYou"
    assert s3.get_bucket_location(Bucket="first")["LocationConstraint"] is None
    assert s3.get_bucket_location(Bucket="second")["LocationConstraint"] == "eu-west-1"
    assert s3.head_bucket(Bucket="second")["BucketRegion"] == "eu-west-1"
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["first", "second"]
    pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
    assert [b["Name"] for page in pages for b in page["Buckets"]] == ["first", "second"]
    assert code_of(s3.head_bucket, Bucket="absent") == "404"
    assert code_of(s3.list_objects_v2, Bucket="absent") == "NoSuchBucket"
    assert code_of(s3.head_bucket, Bucket="first", ExpectedBucketOwner="999999999999") == "403"
    assert "Status" not in s3.get_bucket_versioning(Bucket="first")
    s3.get_waiter("bucket_exists").wait(Bucket="first")
    s3.delete_bucket(Bucket="first")
    assert code_of(s3.delete_bucket, Bucket="first") == "NoSuchBucket"


def test_tags_of_buckets_and_objects(s3, bucket):
    assert code_of(s3.get_bucket_tagging, Bucket=bucket) == "NoSuchTagSet"
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    assert code_of(s3.put_bucket_tagging, Bucket=bucket, Tagging={"TagSet": tags[:1] * 2}) == "InvalidTag"
    s3.delete_bucket_tagging(Bucket=bucket)
    assert code_of(s3.get_bucket_tagging, Bucket=bucket) == "NoSuchTagSet"
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="one=1&two=a%20b")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "one", "Value": "1"}, {"Key": "two", "Value": "a b"}]
    assert s3.head_object(Bucket=bucket, Key="k")["TagCount"] == 2
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": tags})
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    assert code_of(s3.get_object_tagging, Bucket=bucket, Key="absent") == "NoSuchKey"


def test_what_is_not_supported_is_refused_by_name(s3, bucket):
    with pytest.raises(ClientError, match="PutBucketVersioning") as caught:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    with pytest.raises(ClientError, match="x-amz-server-side-encryption"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms")
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"", ACL="public-read") == "AccessControlListNotSupported"
    with pytest.raises(ClientError, match="GLACIER"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", StorageClass="GLACIER")
    assert code_of(s3.get_object, Bucket=bucket, Key="k", VersionId="other") == "InvalidArgument"
    assert keys(s3, bucket) == []


# Objects

@pytest.mark.parametrize("key", ["plain", "a/b/c", "folder/", "//x//", "sp ace+plus", "ü/é", "a?b=c&d#e%41", "-._~!*'()", "\u2603"])
def test_keys_are_kept_as_they_are(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert keys(s3, bucket) == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    assert keys(s3, bucket) == []


def test_headers_and_metadata_come_back(s3, bucket):
    put = s3.put_object(
        Bucket=bucket, Key="k", Body=b"hello", ContentType="text/x", CacheControl="no-store", ContentDisposition="inline",
        ContentEncoding="identity", ContentLanguage="de", Expires="Fri, 20 Nov 2026 23:12:04 GMT", Metadata={"Colour": "Blue", "n": "1"})
    etag = '"' + hashlib.md5(b"hello").hexdigest() + '"'
    assert put["ETag"] == etag
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ContentLength"], head["ContentType"], head["ETag"]) == (5, "text/x", etag)
    assert (head["CacheControl"], head["ContentDisposition"], head["ContentEncoding"]) == ("no-store", "inline", "identity")
    assert head["Metadata"] == {"colour": "Blue", "n": "1"} and head["ExpiresString"] == "Fri, 20 Nov 2026 23:12:04 GMT"
    got = s3.get_object(Bucket=bucket, Key="k", ResponseContentType="text/y", ResponseCacheControl="private")
    assert (got["ContentType"], got["CacheControl"], got["Body"].read()) == ("text/y", "private", b"hello")
    s3.put_object(Bucket=bucket, Key="plain", Body=b"")
    assert s3.head_object(Bucket=bucket, Key="plain")["ContentType"] == "binary/octet-stream"
    assert code_of(s3.get_object, Bucket=bucket, Key="absent") == "NoSuchKey"
    assert code_of(s3.head_object, Bucket=bucket, Key="absent") == "404"
    assert code_of(s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"") == "KeyTooLongError"
    assert code_of(s3.put_object, Bucket=bucket, Key="m", Body=b"", Metadata={"x": "y" * 2048}) == "MetadataTooLarge"


def test_ranges_and_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")["ETag"]

    def part(text):
        got = s3.get_object(Bucket=bucket, Key="k", Range=text)
        return got["ResponseMetadata"]["HTTPStatusCode"], got.get("ContentRange"), got["Body"].read()
    assert part("bytes=2-4") == (206, "bytes 2-4/10", b"234")
    assert part("bytes=8-") == (206, "bytes 8-9/10", b"89")
    assert part("bytes=-3") == (206, "bytes 7-9/10", b"789")
    assert part("lines=1-2") == (200, None, b"0123456789")
    assert code_of(s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-") == "InvalidRange"
    head = s3.head_object(Bucket=bucket, Key="k", Range="bytes=2-4")
    assert (head["ContentLength"], head["ResponseMetadata"]["HTTPStatusCode"]) == (3, 206)
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=etag)["Body"].read() == b"0123456789"
    assert code_of(s3.get_object, Bucket=bucket, Key="k", IfMatch='"other"') == "PreconditionFailed"
    assert code_of(s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=etag) == "304"
    assert code_of(s3.get_object, Bucket=bucket, Key="k", IfModifiedSince=modified) == "304"
    assert code_of(s3.head_object, Bucket=bucket, Key="k", IfNoneMatch=etag) == "304"
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"", IfNoneMatch="*") == "PreconditionFailed"
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"", IfMatch='"other"') == "PreconditionFailed"
    assert code_of(s3.put_object, Bucket=bucket, Key="absent", Body=b"", IfMatch=etag) == "NoSuchKey"
    s3.put_object(Bucket=bucket, Key="k", Body=b"new", IfMatch=etag)
    s3.put_object(Bucket=bucket, Key="fresh", Body=b"new", IfNoneMatch="*")


def test_copies(server, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"hello", ContentType="text/x", Metadata={"m": "1"}, Tagging="t=1")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "a b"})
    head = s3.head_object(Bucket=bucket, Key="copy")
    assert (head["ContentType"], head["Metadata"], head["TagCount"]) == ("text/x", {"m": "1"}, 1)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"/{bucket}/a b", MetadataDirective="REPLACE", ContentType="text/y",
                   TaggingDirective="REPLACE", Tagging="")
    head = s3.head_object(Bucket=bucket, Key="copy")
    assert (head["ContentType"], head["Metadata"], "TagCount" in head) == ("text/y", {}, False)
    same = {"Bucket": bucket, "Key": "a b", "CopySource": {"Bucket": bucket, "Key": "a b"}}
    assert code_of(s3.copy_object, **same) == "InvalidRequest"
    s3.copy_object(**same, MetadataDirective="REPLACE", Metadata={"m": "2"})
    assert s3.head_object(Bucket=bucket, Key="a b")["Metadata"] == {"m": "2"}
    assert code_of(s3.copy_object, Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "absent"}) == "NoSuchKey"
    assert code_of(s3.copy_object, Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "a b"}, CopySourceIfMatch='"x"') == "PreconditionFailed"
    assert code_of(s3.copy_object, Bucket=bucket, Key="c", CopySource="nonsense") == "InvalidArgument"
    assert len(files(server)) == 2


def test_many_are_deleted_at_once(server, s3, bucket):
    for i in range(3):
        s3.put_object(Bucket=bucket, Key=f"k{i}", Body=b"x")
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k0"}, {"Key": "absent"}, {"Key": "k1", "VersionId": "1"}]})
    assert [d["Key"] for d in deleted["Deleted"]] == ["k0", "absent"]
    assert [(e["Key"], e["Code"]) for e in deleted["Errors"]] == [("k1", "InvalidArgument")]
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete={"Quiet": True, "Objects": [{"Key": "k1"}]})
    assert keys(s3, bucket) == ["k2"] and len(files(server)) == 1
    assert code_of(s3.delete_objects, Bucket=bucket, Delete={"Objects": []}) == "MalformedXML"


# Listings

def test_listings_have_prefixes_delimiters_and_pages(s3, bucket):
    names = ["a", "b/1", "b/2", "b/c/3", "b0", "d/4", "ü x"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    assert keys(s3, bucket) == sorted(names, key=str.encode)

    def listed(**more):
        page = s3.list_objects_v2(Bucket=bucket, **more)
        return [o["Key"] for o in page.get("Contents", [])], [p["Prefix"] for p in page.get("CommonPrefixes", [])]
    assert listed(Delimiter="/") == (["a", "b0", "ü x"], ["b/", "d/"])
    assert listed(Delimiter="/", Prefix="b/") == (["b/1", "b/2"], ["b/c/"])
    assert listed(Prefix="b/") == (["b/1", "b/2", "b/c/3"], [])
    assert listed(Prefix="absent") == ([], [])
    assert listed(StartAfter="b/2") == (["b/c/3", "b0", "d/4", "ü x"], [])
    assert listed(StartAfter="b/1", Delimiter="/") == (["b0", "ü x"], ["b/", "d/"])
    assert listed(EncodingType="url", Prefix="ü") == (["%C3%BC%20x"], [])
    for size in (1, 2, 3, 1000):
        for operation, marker in (("list_objects_v2", None), ("list_objects", None)):
            contents, prefixes = [], []
            for page in s3.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}):
                found, rolled = page.get("Contents", []), page.get("CommonPrefixes", [])
                assert len(found) + len(rolled) <= size
                contents += [o["Key"] for o in found]
                prefixes += [p["Prefix"] for p in rolled]
            assert (contents, prefixes) == (["a", "b0", "ü x"], ["b/", "d/"]), (operation, size)
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
        assert [v["Key"] for page in pages for v in page["Versions"]] == names
    empty = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert (empty["KeyCount"], empty["IsTruncated"]) == (0, False)
    assert code_of(s3.list_objects_v2, Bucket=bucket, ContinuationToken="!") == "InvalidArgument"


# Parts

def test_boto3_uploads_and_downloads_a_large_file(server, s3, bucket, tmp_path):
    data = noise(30 * MIB)
    (tmp_path / "large").write_bytes(data)
    s3.upload_file(str(tmp_path / "large"), bucket, "large", ExtraArgs={"ContentType": "x/y", "Metadata": {"m": "1"}})
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ContentLength"] == len(data) and head["ETag"].endswith('-4"') and head["ContentType"] == "x/y"
    s3.download_file(bucket, "large", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data
    # Across the border of two parts.
    at = 8 * MIB
    assert s3.get_object(Bucket=bucket, Key="large", Range=f"bytes={at - 3}-{at + 2}")["Body"].read() == data[at - 3:at + 3]
    second = s3.get_object(Bucket=bucket, Key="large", PartNumber=2)
    assert (second["PartsCount"], second["Body"].read()) == (4, data[8 * MIB:16 * MIB])
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "again")
    assert s3.get_object(Bucket=bucket, Key="again")["Body"].read() == data
    s3.delete_object(Bucket=bucket, Key="large")
    s3.delete_object(Bucket=bucket, Key="again")
    assert files(server) == []


def test_the_server_holds_no_object_in_memory(server, s3, bucket):
    def resident() -> int:
        with open(f"/proc/{server.process.pid}/status") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))
    chunk = noise(MIB)
    s3.put_object(Bucket=bucket, Key="small", Body=chunk)
    before = resident()

    class Endless:
        """A file of 300 MiB that is nowhere."""
        def __init__(self):
            self.left = 300

        def __len__(self):
            return 300 * MIB

        def read(self, _=None):
            self.left -= 1
            return chunk if self.left >= 0 else b""
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "large"})
    request = urllib.request.Request(url, data=Endless(), method="PUT", headers={"Content-Length": str(300 * MIB), "Content-Type": ""})
    assert urllib.request.urlopen(request, timeout=120).status == 200
    body = s3.get_object(Bucket=bucket, Key="large")["Body"]
    size = sum(len(part) for part in body.iter_chunks(MIB))
    assert size == 300 * MIB
    assert resident() - before < 64 * MIB


def test_multipart_by_hand(server, s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    one, two = noise(5 * MIB, 1), noise(1000, 2)
    target = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    second = s3.upload_part(**target, PartNumber=7, Body=two)["ETag"]
    s3.upload_part(**target, PartNumber=2, Body=b"replaced")
    first = s3.upload_part(**target, PartNumber=2, Body=one)["ETag"]
    listed = s3.list_parts(**target)
    assert [(p["PartNumber"], p["Size"]) for p in listed["Parts"]] == [(2, len(one)), (7, len(two))]
    assert s3.list_parts(**target, MaxParts=1)["NextPartNumberMarker"] == 2
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    assert keys(s3, bucket) == []

    def complete(*parts):
        listed = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        return s3.complete_multipart_upload(**target, MultipartUpload={"Parts": listed})
    assert code_of(complete, (7, second), (2, first)) == "InvalidPartOrder"
    assert code_of(complete, (2, second)) == "InvalidPart"
    assert code_of(complete, (3, first)) == "InvalidPart"
    assert code_of(complete) == "MalformedXML"
    digest = hashlib.md5(hashlib.md5(one).digest() + hashlib.md5(two).digest()).hexdigest()
    assert complete((2, first), (7, second))["ETag"] == f'"{digest}-2"'
    # A client that missed the answer asks again.
    assert complete((2, first), (7, second))["ETag"] == f'"{digest}-2"'
    assert code_of(complete, (2, first)) == "NoSuchUpload"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == one + two
    assert code_of(s3.upload_part, **target, PartNumber=1, Body=b"") == "NoSuchUpload"
    assert code_of(s3.upload_part, **{**target, "PartNumber": 10_001}, Body=b"") == "InvalidArgument"


def test_parts_that_are_too_small_copied_or_given_up(server, s3, bucket):
    s3.put_object(Bucket=bucket, Key="source", Body=b"0123456789")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    target = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    source = {"Bucket": bucket, "Key": "source"}
    first = s3.upload_part_copy(**target, PartNumber=1, CopySource=source, CopySourceRange="bytes=2-5")["CopyPartResult"]["ETag"]
    assert first == '"' + hashlib.md5(b"2345").hexdigest() + '"'
    assert code_of(s3.upload_part_copy, **target, PartNumber=1, CopySource=source, CopySourceRange="bytes=5-10") == "InvalidArgument"
    second = s3.upload_part_copy(**target, PartNumber=2, CopySource=source)["CopyPartResult"]["ETag"]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    assert code_of(s3.complete_multipart_upload, **target, MultipartUpload={"Parts": parts}) == "EntityTooSmall"
    s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts[:1]})
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"2345"
    other = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=other, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=other)
    assert code_of(s3.abort_multipart_upload, Bucket=bucket, Key="k", UploadId=other) == "NoSuchUpload"
    assert len(files(server)) == 2
    third = s3.create_multipart_upload(Bucket=bucket, Key="z")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="z", UploadId=third, PartNumber=1, Body=b"x")
    for key in ("k", "source"):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)
    assert files(server) == []


# Checksums and signatures

def crc32(data: bytes) -> str:
    return base64.b64encode(binascii.crc32(data).to_bytes(4, "big")).decode()


def test_checksums_are_verified_kept_and_told(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm="CRC32")
    assert (put["ChecksumCRC32"], put["ChecksumType"]) == (crc32(b"hello"), "FULL_OBJECT")
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (got["ChecksumCRC32"], got["Body"].read()) == (crc32(b"hello"), b"hello")
    sha = base64.b64encode(hashlib.sha256(b"hello").digest()).decode()
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumSHA256=sha)["ChecksumSHA256"] == sha
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"other", ChecksumSHA256=sha) == "BadDigest"
    md5 = base64.b64encode(hashlib.md5(b"hello").digest()).decode()
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ContentMD5=md5)
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"other", ContentMD5=md5) == "BadDigest"
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"x", ContentMD5="nonsense") == "InvalidDigest"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"


@pytest.mark.parametrize("algorithm,kind", [("CRC32", "FULL_OBJECT"), ("CRC32", "COMPOSITE"), ("SHA256", "COMPOSITE")])
def test_checksums_of_parts_are_put_together(s3, bucket, algorithm, kind):
    data = [noise(5 * MIB, 3), noise(100, 4)]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm, ChecksumType=kind)["UploadId"]
    target, member = {"Bucket": bucket, "Key": "k", "UploadId": upload}, f"Checksum{algorithm}"
    parts = []
    for number, body in enumerate(data, 1):
        sent = s3.upload_part(**target, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
        parts.append({"PartNumber": number, "ETag": sent["ETag"], member: sent[member]})
    done = s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
    if kind == "FULL_OBJECT":
        assert done[member] == crc32(b"".join(data))
    else:
        digest = (lambda b: binascii.crc32(b).to_bytes(4, "big")) if algorithm == "CRC32" else (lambda b: hashlib.sha256(b).digest())
        assert done[member] == base64.b64encode(digest(b"".join(map(digest, data)))).decode() + "-2"
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (got["ChecksumType"], got["Body"].read()) == (kind, b"".join(data))


def test_other_keys_and_bodies_are_refused(server, bucket):
    assert code_of(server.client("s3", secret="wrong").list_buckets) == "SignatureDoesNotMatch"
    assert code_of(server.client("s3", key="AKIAUNKNOWN").list_buckets) == "InvalidAccessKeyId"
    unsigned = urllib.request.Request(f"{server.endpoint}/{bucket}?list-type=2")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(unsigned)
    assert caught.value.code == 403 and b"<Code>AccessDenied</Code>" in caught.value.read()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_presigned_urls(server, bucket, version, style):
    s3 = server.client("s3", config={"signature_version": version, "s3": {"addressing_style": "path"}})
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b/c", "ContentType": "text/x"})
    get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b/c"})
    if style == "virtual":
        named = boto_at(server, "localhost", version)
        url = named.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b/c", "ContentType": "text/x"})
        get = named.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b/c"})
        assert f"//{bucket}.localhost:{server.port}/" in get

    def ask(address, **more):
        # The name of the bucket need not resolve here: the Host header says it.
        host = address.split("/")[2]
        request = urllib.request.Request(address.replace(host, f"127.0.0.1:{server.port}", 1), **more)
        request.add_header("Host", host)
        return urllib.request.urlopen(request)
    assert ask(url, data=b"hello", method="PUT", headers={"Content-Type": "text/x"}).status == 200
    reply = ask(get)
    assert (reply.read(), reply.headers["Content-Type"]) == (b"hello", "text/x")
    for broken in (get.replace("c?", "d?"), re.sub("Signature=...", "Signature=abc", get)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask(broken)
        assert caught.value.code == 403 and b"SignatureDoesNotMatch" in caught.value.read()


def boto_at(server, host: str, version: str):
    credentials = server.credentials()
    return boto3.client(
        "s3", region_name="us-east-1", endpoint_url=f"http://{host}:{server.port}",
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"], aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        config=Config(signature_version=version, s3={"addressing_style": "virtual"}))


def test_an_expired_url_is_refused(server, s3, bucket):
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=-10)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url)
    assert b"Request has expired" in caught.value.read()


def test_a_client_that_waits_is_refused_before_it_sends(server):
    """The CLI asks with Expect: 100-continue; nobody reads a body that has nowhere to go."""
    refused = aws(server, "s3api", "put-object", "--bucket", "absent", "--key", "k", "--body", str(CLI), check=False)
    assert "NoSuchBucket" in refused.stderr


# Durability

def test_objects_outlive_a_kill(server, s3, bucket):
    data = noise(2 * MIB)
    s3.put_object(Bucket=bucket, Key="k", Body=data, Metadata={"m": "1"})
    server.kill()
    server.start()
    got = server.client("s3").get_object(Bucket=bucket, Key="k")
    assert (got["Body"].read(), got["Metadata"]) == (data, {"m": "1"})


def test_a_kill_during_an_upload_leaves_nothing(server, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"old")
    sent = threading.Event()

    class Stalled:
        """Sends a megabyte, and then nothing more until the server is gone."""
        def __init__(self):
            self.parts = 0

        def read(self, _=None):
            self.parts += 1
            if self.parts > 3:
                sent.set()
                server.process.wait(30)
                return b""
            return noise(MIB)
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})

    def upload():
        request = urllib.request.Request(url, data=Stalled(), method="PUT", headers={"Content-Length": str(10 * MIB), "Content-Type": ""})
        with contextlib.suppress(OSError):
            urllib.request.urlopen(request, timeout=30)
    client = threading.Thread(target=upload)
    client.start()
    assert sent.wait(30)
    wait_until(lambda: len(files(server)) == 2, 20, "the upload has begun a file")
    server.kill()
    client.join(30)
    server.start()
    assert server.client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"old"
    wait_until(lambda: len(files(server)) == 1, 20, "the half of a file is gone")


def test_an_upload_that_breaks_off_leaves_nothing(server, s3, bucket):
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    host = f"127.0.0.1:{server.port}"
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.putrequest("PUT", url.split(host, 1)[1])
    connection.putheader("Content-Length", str(10 * MIB))
    connection.endheaders()
    connection.send(noise(3 * MIB))
    wait_until(lambda: files(server), 20, "the upload has begun a file")
    connection.close()
    wait_until(lambda: not files(server), 20, "the half of a file is gone")
    assert keys(s3, bucket) == []


def test_a_reader_keeps_what_a_writer_replaces(server, s3, bucket):
    data = noise(20 * MIB)
    s3.put_object(Bucket=bucket, Key="k", Body=data)
    body = s3.get_object(Bucket=bucket, Key="k")["Body"]
    begun = body.read(MIB)
    s3.put_object(Bucket=bucket, Key="k", Body=b"new")
    s3.delete_object(Bucket=bucket, Key="k")
    assert begun + body.read() == data
    wait_until(lambda: not files(server), 20, "the last reader is gone, and the file with it")
